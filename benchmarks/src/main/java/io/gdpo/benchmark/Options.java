package io.gdpo.benchmark;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What the command line asks for.
 *
 * @param quick tiny shapes
 * @param list say which benchmarks there are, and run none
 * @param only globs of the names to run; all if empty
 * @param rounds timed steps of each side
 * @param threads of each side
 * @param device of both sides: {@code cpu} or {@code cuda:N}
 * @param profile say which operators the steps' time goes to
 * @param peakGflops what the machine's matrix products reach
 * @param json where all figures go
 * @param markdown where the table goes
 */
record Options(
    boolean quick,
    boolean list,
    List<String> only,
    OptionalInt rounds,
    int threads,
    String device,
    boolean profile,
    OptionalDouble peakGflops,
    Optional<Path> json,
    Optional<Path> markdown) {
  private static final String CPU = "cpu";

  /**
   * Reads arguments.
   *
   * @throws BenchmarkException if one is unknown or lacks its value
   */
  static Options of(String... args) {
    boolean quick = false;
    boolean list = false;
    List<String> only = new ArrayList<>();
    OptionalInt rounds = OptionalInt.empty();
    int threads = 2;
    String device = CPU;
    boolean profile = false;
    OptionalDouble peakGflops = OptionalDouble.empty();
    Optional<Path> json = Optional.empty();
    Optional<Path> markdown = Optional.empty();
    Iterator<String> rest = Arrays.asList(args).iterator();
    while (rest.hasNext()) {
      String option = rest.next();
      switch (option) {
        case "--quick" -> quick = true;
        case "--list" -> list = true;
        case "--only" -> only.addAll(List.of(value(option, rest).split(",")));
        case "--rounds" -> rounds = OptionalInt.of(count(option, rest));
        case "--threads" -> threads = count(option, rest);
        case "--device" -> device = device(option, rest);
        case "--profile" -> profile = true;
        case "--peak-gflops" -> peakGflops = OptionalDouble.of(count(option, rest));
        case "--json" -> json = Optional.of(Path.of(value(option, rest)));
        case "--markdown" -> markdown = Optional.of(Path.of(value(option, rest)));
        default ->
            throw new BenchmarkException(option + " is no option; see benchmarks/run --help");
      }
    }
    return new Options(
        quick,
        list,
        List.copyOf(only),
        rounds,
        threads,
        device,
        profile,
        peakGflops,
        json,
        markdown);
  }

  private static String value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new BenchmarkException(option + " needs a value; see benchmarks/run --help");
    }
    return rest.next();
  }

  private static String device(String option, Iterator<String> rest) {
    String value = value(option, rest);
    if (!value.matches("cpu|cuda:[0-9]{1,4}")) {
      throw new BenchmarkException(
          option + " needs cpu or cuda:N with the number of a GPU, not " + value);
    }
    return value;
  }

  /** Whether both sides compute on a GPU. */
  boolean onGpu() {
    return !device.equals(CPU);
  }

  private static int count(String option, Iterator<String> rest) {
    String value = value(option, rest);
    if (!value.matches("[1-9][0-9]{0,6}")) {
      throw new BenchmarkException(option + " needs a number above 0, not " + value);
    }
    return Integer.parseInt(value);
  }

  /** Those of these benchmarks that are asked for. */
  List<Benchmark> chosen(List<Benchmark> benchmarks) {
    List<PathMatcher> globs =
        only.stream().map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob)).toList();
    List<Benchmark> chosen =
        benchmarks.stream()
            .filter(
                b -> globs.isEmpty() || globs.stream().anyMatch(g -> g.matches(Path.of(b.name()))))
            .toList();
    if (chosen.isEmpty()) {
      throw new BenchmarkException(
          "no benchmark is called %s; benchmarks/run --list names them"
              .formatted(String.join(" or ", only)));
    }
    return chosen;
  }
}
