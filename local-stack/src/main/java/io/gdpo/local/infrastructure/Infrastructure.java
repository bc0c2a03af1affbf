package io.gdpo.local.infrastructure;

import io.gdpo.contracts.Reason;
import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.EmbeddedDatabase;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.supervision.Part;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BiConsumer;

/**
 * What the services lean on: Kafka inside this process, PostgreSQL beside it, both on the loopback
 * address. Owned by the stack that starts and closes it.
 */
public final class Infrastructure {
  public static final String KAFKA = "kafka";
  public static final String POSTGRESQL = "postgresql";

  private final StackHome home;
  private volatile CompletableFuture<Void> starting = CompletableFuture.completedFuture(null);
  private volatile EmbeddedDatabase database;
  private volatile EmbeddedBroker broker;

  public Infrastructure(StackHome home) {
    this.home = home;
  }

  /**
   * Starts both at once and returns when both serve.
   *
   * @param started told the name and the address of each
   */
  public void start(BiConsumer<String, String> started) {
    CompletableFuture<Void> databaseStarts =
        CompletableFuture.runAsync(
            () -> {
              database = EmbeddedDatabase.start(home.database(), 0, true);
              started.accept("PostgreSQL", databaseUrl());
            });
    CompletableFuture<Void> brokerStarts =
        CompletableFuture.runAsync(
            () -> {
              broker = EmbeddedBroker.start(home.broker(), 0);
              started.accept("Kafka", kafka());
            });
    starting = CompletableFuture.allOf(databaseStarts, brokerStarts);
    try {
      starting.join();
    } catch (CompletionException e) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          "Kafka or PostgreSQL did not start: " + Reason.of(e.getCause()),
          home.isFull()
              ? "The home " + home.root() + " " + home.freeSpace() + "."
              : "See "
                  + home.log(KAFKA)
                  + " and "
                  + home.database().resolve("postgres.log")
                  + "; if the folder is damaged, name another with --home.",
          e.getCause());
    }
  }

  /** Bootstrap servers; null while the broker has not been started. */
  public String kafka() {
    return broker == null ? null : broker.bootstrapServers();
  }

  /** JDBC URL of the server; null while it has not been started. */
  public String databaseUrl() {
    return database == null ? null : "jdbc:postgresql://127.0.0.1:" + database.port() + "/postgres";
  }

  /** By which a service finds both; the database of this name is made if absent. */
  public Map<String, String> environment(String name) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl(name));
    environment.put("QUARKUS_DATASOURCE_USERNAME", EmbeddedDatabase.USER);
    environment.put("QUARKUS_DATASOURCE_PASSWORD", database.password());
    environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    return environment;
  }

  public List<Part> parts() {
    return List.of(new Database(), new Broker());
  }

  /** Stops Kafka, then PostgreSQL. */
  public void close() {
    // What is half started could not be stopped: it must have started, or failed to, first.
    starting.handle((done, failure) -> done).join();
    try {
      if (broker != null) {
        broker.close();
      }
    } finally {
      if (database != null) {
        database.close();
      }
    }
  }

  private final class Database implements Part {
    @Override
    public String label() {
      return POSTGRESQL;
    }

    @Override
    public Path log() {
      return database.log();
    }

    @Override
    public boolean isAlive() {
      return database.isAlive();
    }

    @Override
    public boolean answers(Duration limit) {
      return database.answers(limit);
    }

    @Override
    public String end() {
      return Part.ended(database.exitValue());
    }

    @Override
    public void kill() {
      database.kill();
    }

    @Override
    public void startAgain() {
      database.restart();
    }

    @Override
    public void onEnd(Runnable told) {
      database.onExit().thenRun(told);
    }
  }

  private final class Broker implements Part {
    @Override
    public String label() {
      return KAFKA;
    }

    @Override
    public Path log() {
      return home.log(KAFKA);
    }

    @Override
    public boolean isAlive() {
      return broker.failure().isEmpty();
    }

    @Override
    public boolean answers(Duration limit) {
      return broker.answers(limit);
    }

    @Override
    public String end() {
      return "ended: " + broker.failure().map(Reason::clean).orElse("it did not answer");
    }

    @Override
    public void kill() {
      broker.kill();
    }

    @Override
    public void startAgain() {
      broker.kill(); // what is left of one that failed
      broker.restart();
    }

    @Override
    public void onEnd(Runnable told) {
      // It lives in this process: only questions tell.
    }
  }
}
