package io.gdpo.benchmark;

import io.gdpo.benchmark.Measurement.Effort;
import io.gdpo.benchmark.result.BenchmarkResult;
import io.gdpo.benchmark.result.ResultTable;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The program behind {@code benchmarks/run}, which tells its options. */
public final class Benchmarks {
  private static final int FAILED = 1;
  private static final Effort USUAL = new Effort(1, 5, false);
  private static final Effort QUICK = new Effort(1, 3, false);

  private Benchmarks() {}

  /**
   * Runs benchmarks.
   *
   * @param args after the checkout's root the options
   */
  public static void main(String[] args) throws IOException {
    try {
      run(
          Path.of(args[0]),
          Options.of(List.of(args).subList(1, args.length).toArray(String[]::new)));
    } catch (BenchmarkException e) {
      System.err.println("benchmarks: " + e.getMessage());
      System.exit(FAILED);
    }
  }

  private static void run(Path root, Options options) throws IOException {
    Installation installation = new Installation(root, options.threads(), options.device());
    List<Benchmark> chosen = options.chosen(benchmarks(options, installation));
    if (options.list()) {
      chosen.forEach(benchmark -> System.out.println(benchmark.name() + ": " + benchmark.what()));
      return;
    }
    Effort usual = options.quick() ? QUICK : USUAL;
    int rounds = options.rounds().orElse(usual.rounds());
    // A GPU's libraries plan for each shape that they have not seen: every batch is seen once
    // before.
    Effort effort =
        new Effort(options.onGpu() ? rounds : usual.warmUp(), rounds, options.profile());
    System.out.println(machine(options.threads()));
    Measurement measurement =
        new Measurement(installation, effort, options.peakGflops(), System.out::println);
    List<BenchmarkResult> results = new ArrayList<>();
    int failures = 0;
    for (Benchmark benchmark : chosen) {
      try {
        results.add(measurement.of(benchmark));
      } catch (BenchmarkException e) {
        System.out.println("   " + e.getMessage());
        failures++;
      }
      write(options, results);
    }
    System.out.println(machine(options.threads()));
    System.out.println();
    System.out.print(ResultTable.of(results));
    if (failures > 0) {
      throw new BenchmarkException(
          String.format(
              Locale.ROOT, "%d of %d were not measured; see above", failures, chosen.size()));
    }
  }

  private static List<Benchmark> benchmarks(Options options, Installation installation) {
    if (options.quick()) {
      return Suite.quick(installation.samples());
    }
    return options.onGpu()
        ? GpuSuite.gpu(installation.samples())
        : Suite.full(installation.samples());
  }

  /** After every benchmark, so that a run that is cut off leaves what it has. */
  private static void write(Options options, List<BenchmarkResult> results) throws IOException {
    if (options.json().isPresent()) {
      Json.SPECS
          .writerWithDefaultPrettyPrinter()
          .writeValue(options.json().get().toFile(), results);
    }
    if (options.markdown().isPresent()) {
      Files.writeString(options.markdown().get(), ResultTable.of(results));
    }
  }

  private static String machine(int threads) throws IOException {
    String processor =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown processor");
    return String.format(
        Locale.ROOT,
        "%s, %d processors, %d threads a side, Java %s; load average %s",
        processor,
        Runtime.getRuntime().availableProcessors(),
        threads,
        Runtime.version(),
        Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
  }
}
