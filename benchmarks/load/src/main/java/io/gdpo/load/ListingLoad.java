package io.gdpo.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Lists of experiments that many ask for at one time, page by page, beside the bare query for the
 * rows that a page is made of, over as many connections as the service has.
 */
final class ListingLoad {
  private static final int CLIENTS = 50;
  private static final int CONNECTIONS = 10;
  private static final int PAGE = 100;

  /** As the service reads a page: experiments, their stages, and what their work waits for. */
  private static final String EXPERIMENTS =
      "select name, spec, status, reason, cancel_requested, owner, suspended, dataset_id,"
          + " dataset_uri, submitted_at, finished_at from experiment"
          + " order by submitted_at desc, name offset ? rows fetch first ? rows only";

  private static final String STAGES =
      "select * from stage where experiment = any (?) order by experiment, ordinal";

  private static final String WORK = "select * from work where id = any (?)";

  private final TrainerProcess trainer;
  private final Load.Servers servers;

  ListingLoad(TrainerProcess trainer, Load.Servers servers) {
    this.trainer = trainer;
    this.servers = servers;
  }

  List<String> run(Options options) throws Exception {
    int there = fill(options.experiments());
    BlockingQueue<Connection> pool = new ArrayBlockingQueue<>(CONNECTIONS, true);
    for (int i = 0; i < CONNECTIONS; i++) {
      pool.add(connection());
    }
    requireSame(pool);
    List<String> told = new ArrayList<>();
    told.add(there + " experiments, pages of " + PAGE + ", " + CLIENTS + " clients:");
    List<Double> ratios = new ArrayList<>();
    listed(2, there, 0); // warm
    for (int round = 0; round < options.rounds(); round++) {
      double seconds = (double) options.seconds() / options.rounds();
      int seed = round;
      Latencies bare = bare(seconds, there, seed, pool);
      Latencies service = listed(seconds, there, seed);
      ratios.add(service.millis(0.99) / bare.millis(0.99));
      told.add("  bare query: " + bare);
      told.add("  GET /experiments: " + service);
    }
    ratios.sort(null);
    told.add(
        String.format(
            Locale.ROOT,
            "  p99 over the bare query's: median %.2f (%.2f to %.2f); no status but 200; %.0f MB resident",
            ratios.get(ratios.size() / 2),
            ratios.get(0),
            ratios.get(ratios.size() - 1),
            trainer.residentBytes() / 1e6));
    for (Connection connection : pool) {
      connection.close();
    }
    return told;
  }

  private Connection connection() throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            TrainerProcess.database(servers), TrainerProcess.USER, servers.database().password());
    connection.setAutoCommit(false);
    return connection;
  }

  /** As many experiments as asked for, copies of those that were submitted. */
  private int fill(int wanted) throws SQLException {
    try (Connection connection = connection();
        PreparedStatement count = connection.prepareStatement("select count(*) from experiment");
        PreparedStatement copies =
            connection.prepareStatement(
                "with copies as (insert into experiment (name, spec, status, cancel_requested,"
                    + " suspended, dataset_id, submitted_at) select 'copy-' || n || '-' || name,"
                    + " spec, status, false, false, dataset_id, submitted_at + n * interval '1 ms'"
                    + " from (select * from experiment order by name limit 100) e,"
                    + " generate_series(1, ?) n returning name)"
                    + " insert into stage (id, experiment, ordinal, name, parent, loss, status,"
                    + " evaluation_status) select c.name || '/' || s.name, c.name, s.ordinal,"
                    + " s.name, s.parent, s.loss, s.status, s.evaluation_status from copies c join"
                    + " stage s on s.experiment = regexp_replace(c.name, '^copy-\\d+-', '')")) {
      int there = count(count);
      copies.setInt(1, Math.max(0, (wanted - there) / 100));
      copies.executeUpdate();
      connection.commit();
      try (PreparedStatement analyze = connection.prepareStatement("analyze")) {
        analyze.execute();
      }
      connection.commit();
      return count(count);
    }
  }

  private static int count(PreparedStatement count) throws SQLException {
    try (ResultSet row = count.executeQuery()) {
      row.next();
      return row.getInt(1);
    }
  }

  private void requireSame(BlockingQueue<Connection> pool) throws Exception {
    JsonNode page = Json.EVENTS.readTree(get(200));
    List<String> names = new ArrayList<>();
    page.forEach(experiment -> names.add(experiment.path("name").asText()));
    List<String> rows = page(pool, 200);
    if (!names.equals(rows)) {
      throw new IllegalStateException("The service lists " + names + ", the rows are " + rows);
    }
  }

  private Latencies bare(double seconds, int there, int seed, BlockingQueue<Connection> pool)
      throws InterruptedException {
    return Clients.during(
        seconds,
        CLIENTS,
        client -> {
          Random random = new Random(seed * 1000L + client);
          return () -> page(pool, random.nextInt(there - PAGE));
        });
  }

  private Latencies listed(double seconds, int there, int seed) throws InterruptedException {
    return Clients.during(
        seconds,
        CLIENTS,
        client -> {
          Random random = new Random(seed * 1000L + client);
          return () -> get(random.nextInt(there - PAGE));
        });
  }

  private String get(int offset) throws Exception {
    var answer = trainer.get("/experiments?limit=" + PAGE + "&offset=" + offset);
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(answer.statusCode() + ": " + answer.body());
    }
    return answer.body();
  }

  private static List<String> page(BlockingQueue<Connection> pool, int offset) throws Exception {
    Connection connection = pool.take();
    try (PreparedStatement experiments = connection.prepareStatement(EXPERIMENTS);
        PreparedStatement stages = connection.prepareStatement(STAGES);
        PreparedStatement work = connection.prepareStatement(WORK)) {
      experiments.setInt(1, offset);
      experiments.setInt(2, PAGE);
      List<String> names = read(experiments);
      stages.setArray(1, connection.createArrayOf("varchar", names.toArray()));
      read(stages);
      work.setArray(
          1, connection.createArrayOf("varchar", names.stream().map(n -> n + ".plan").toArray()));
      read(work);
      connection.commit();
      return names;
    } finally {
      pool.put(connection);
    }
  }

  /** All columns of all rows; returns the first ones. */
  private static List<String> read(PreparedStatement query) throws SQLException {
    List<String> first = new ArrayList<>();
    try (ResultSet rows = query.executeQuery()) {
      int columns = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        first.add(rows.getString(1));
        for (int column = 2; column <= columns; column++) {
          rows.getObject(column);
        }
      }
    }
    return first;
  }
}
