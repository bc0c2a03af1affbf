package io.gdpo.benchmark.dataset;

import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.benchmark.result.Spread;
import io.gdpo.contracts.Json;
import io.gdpo.data.DuckDb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Taking in the method's largest data set, 221,270 rows: this project's build of a dataset beside
 * the Python way ({@code peers/dataset_build.py}), each a process of its own from its start to its
 * end, in turns. Both must leave the same rows and count the same. Prints a table in Markdown.
 *
 * <p>Arguments: the checkout; then {@code --quick} (a fiftieth of the rows, which shows only that
 * it works), {@code --rounds N} (5).
 */
public final class DatasetBenchmark {
  private static final int ROUNDS = 5;
  private static final double QUICK = 0.02;

  /** Megabytes of the Java side's heap. */
  private static final int HEAP = 160;

  private static final String COLUMNS =
      "question_id, prompt, context, options, accept_choice_id, accept_choice, accept_response,"
          + " reject_choice_id, reject_choice, reject_response, probabilities";

  private final Path root;
  private final Path work;

  /**
   * What a side tells of itself.
   *
   * @param seconds from its process's start
   * @param parts of these, if it tells them
   * @param peakBytes of its memory
   * @param splits what it counted, by split
   */
  record Report(
      double seconds, Map<String, Double> parts, long peakBytes, Map<String, SplitCount> splits) {}

  /**
   * What both sides count of a split.
   *
   * @param accepted examples by the class of their chosen side
   * @param ofMajority examples whose chosen class is the largest
   */
  record SplitCount(
      long examples, long questions, long prompts, List<Long> accepted, long ofMajority) {}

  private DatasetBenchmark(Path root) {
    this.root = root;
    this.work = root.resolve("benchmarks/target/dataset");
  }

  public static void main(String... args) throws IOException, InterruptedException {
    List<String> options = List.of(args).subList(1, args.length);
    boolean quick = options.contains("--quick");
    int at = options.indexOf("--rounds");
    int rounds = at < 0 ? quick ? 1 : ROUNDS : Integer.parseInt(options.get(at + 1));
    try {
      new DatasetBenchmark(Path.of(args[0])).run(quick ? QUICK : 1, rounds);
    } catch (BenchmarkException e) {
      System.err.println("benchmarks: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run(double share, int rounds) throws IOException, InterruptedException {
    AtomicFiles.delete(work);
    Path source = work.resolve("source");
    OpinionRows.write(source, share);
    List<Report> java = new ArrayList<>();
    List<Report> python = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      java.add(report(javaSide(source, work.resolve("java"))));
      python.add(report(pythonSide(source, work.resolve("python"))));
      requireSame(java.get(round), python.get(round));
      System.out.printf(
          Locale.ROOT,
          "round %d: %.1f s and %.1f s%n",
          round + 1,
          java.get(round).seconds,
          python.get(round).seconds);
      AtomicFiles.delete(work.resolve("java"));
      AtomicFiles.delete(work.resolve("python"));
    }
    AtomicFiles.delete(work);
    print(java, python);
  }

  private List<String> javaSide(Path source, Path target) {
    return List.of(
        ProcessHandle.current().info().command().orElse("java"),
        "-Xmx" + HEAP + "m",
        "-XX:+UseSerialGC",
        "-cp",
        System.getProperty("java.class.path"),
        BuildSide.class.getName(),
        source.toString(),
        target.toString());
  }

  private List<String> pythonSide(Path source, Path target) {
    Path benchmarks = root.resolve("benchmarks");
    return List.of(
        Optional.ofNullable(System.getenv("BENCHMARKS_PYTHON"))
            .orElseGet(() -> benchmarks.resolve(".venv/bin/python").toString()),
        benchmarks.resolve("peers/dataset_build.py").toString(),
        source.toString(),
        target.toString());
  }

  private Report report(List<String> command) throws IOException, InterruptedException {
    Path log = Files.createTempFile(work, "side-", ".log");
    Process side = new ProcessBuilder(command).redirectError(log.toFile()).start();
    String told = new String(side.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (side.waitFor() != 0) {
      throw new BenchmarkException("a side failed: " + Files.readString(log));
    }
    return Json.EVENTS.readValue(told.lines().reduce((a, b) -> b).orElse(""), Report.class);
  }

  private void requireSame(Report java, Report python) {
    if (!java.splits.equals(python.splits)) {
      throw new BenchmarkException(
          "the sides do not count the same: " + java.splits + " and " + python.splits);
    }
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement()) {
      for (String split : java.splits.keySet()) {
        String ours = rows(work.resolve("java/datasets/large"), split);
        String theirs = rows(work.resolve("python"), split);
        long different =
            number(statement, "SELECT count(*) FROM (" + ours + " EXCEPT ALL " + theirs + ")")
                + number(
                    statement, "SELECT count(*) FROM (" + theirs + " EXCEPT ALL " + ours + ")");
        if (different != 0) {
          throw new BenchmarkException(different + " rows of " + split + " are not the same");
        }
      }
    } catch (SQLException e) {
      throw new BenchmarkException("the sides' rows cannot be compared: " + e.getMessage());
    }
  }

  private static String rows(Path folder, String split) {
    return "SELECT " + COLUMNS + " FROM " + DuckDb.parquet(folder.resolve(split + ".parquet"));
  }

  private static long number(Statement statement, String sql) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void print(List<Report> java, List<Report> python) {
    long rows = java.get(0).splits.values().stream().mapToLong(SplitCount::examples).sum();
    double[] ours = java.stream().mapToDouble(Report::seconds).toArray();
    double[] theirs = python.stream().mapToDouble(Report::seconds).toArray();
    Spread ratio = Spread.ofRatios(theirs, ours);
    System.out.printf(
        Locale.ROOT,
        "%n| %,d rows | seconds | rows/s | memory at most |%n| --- | --- | --- | --- |%n",
        rows);
    System.out.println(row("gdpo", rows, ours, java));
    System.out.println(row("datasets, and the reference's loop", rows, theirs, python));
    System.out.printf(
        Locale.ROOT,
        "%nPython's time over ours: %.1f [%.1f, %.1f]%n",
        ratio.median(),
        ratio.lower(),
        ratio.upper());
    System.out.println("Python's parts: " + python.get(python.size() - 1).parts);
  }

  private static String row(String name, long rows, double[] seconds, List<Report> reports) {
    Spread spread = Spread.of(seconds);
    return String.format(
        Locale.ROOT,
        "| %s | %.1f [%.1f, %.1f] | %,.0f | %,d MB |",
        name,
        spread.median(),
        spread.lower(),
        spread.upper(),
        rows / spread.median(),
        reports.stream().mapToLong(Report::peakBytes).max().orElseThrow() / 1_000_000);
  }
}
