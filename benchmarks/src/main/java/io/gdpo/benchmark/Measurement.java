package io.gdpo.benchmark;

import io.gdpo.benchmark.example.ExampleFile;
import io.gdpo.benchmark.example.PairTokens;
import io.gdpo.benchmark.result.Agreement;
import io.gdpo.benchmark.result.BenchmarkResult;
import io.gdpo.benchmark.result.SideResult;
import io.gdpo.benchmark.result.Spread;
import io.gdpo.benchmark.side.Reply;
import io.gdpo.benchmark.side.Request;
import io.gdpo.benchmark.side.Side;
import io.gdpo.contracts.spec.Levers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One run of a benchmark: both sides must compute the same before they are timed, and are then
 * timed in turns, so that what slows the machine down for a while slows both.
 */
final class Measurement {
  private static final double BETA = 0.1;
  private static final double LEARNING_RATE = 5e-7;
  private static final double MAX_GRAD_NORM = 10;
  private static final int MATRIX = 2048;
  private static final int MATRIX_ON_GPU = 8192;
  private static final int OPERATORS = 20;

  /** Gradients are sums over more terms than losses. */
  private static final double GRADIENT_TOLERANCE = 10;

  private final Installation installation;
  private final Effort effort;
  private final OptionalDouble peakGflops;
  private final Consumer<String> tell;

  /**
   * How long it takes.
   *
   * @param warmUp steps of each side before it is timed
   * @param rounds timed steps of each side
   * @param profile whether a further step of each side is profiled
   */
  record Effort(int warmUp, int rounds, boolean profile) {}

  /**
   * @param peakGflops what the machine reaches; measured where empty
   * @param tell hears what happens, a line at a time
   */
  Measurement(
      Installation installation, Effort effort, OptionalDouble peakGflops, Consumer<String> tell) {
    this.installation = installation;
    this.effort = effort;
    this.peakGflops = peakGflops;
    this.tell = tell;
  }

  /**
   * Runs a benchmark.
   *
   * @throws BenchmarkException if a side fails, or both do not compute the same
   */
  BenchmarkResult of(Benchmark benchmark) throws IOException {
    tell.accept("== " + benchmark.name() + ": " + benchmark.what());
    Path folder = installation.work().resolve(benchmark.name());
    Files.createDirectories(folder);
    ExampleFile examples =
        benchmark
            .source()
            .examples(benchmark.batchSize() * effort.rounds(), benchmark.model().vocabulary());
    Path file = folder.resolve("examples.json");
    examples.write(file);
    Request.Work work = work(benchmark, file);
    try (Side baseline = installation.start(benchmark.baseline(), folder.resolve("baseline.log"));
        Side measured = installation.start(benchmark.measured(), folder.resolve("measured.log"))) {
      prepare(benchmark.baseline(), baseline, work);
      prepare(benchmark.measured(), measured, work);
      List<Agreement> before = agreements(benchmark, baseline, measured, "before");
      baseline.ask(Request.steps(0, effort.warmUp()));
      measured.ask(Request.steps(0, effort.warmUp()));
      Timed timed = new Timed(effort.rounds());
      for (int round = 0; round < effort.rounds(); round++) {
        timed.add(
            round, baseline.ask(Request.steps(round, 1)), measured.ask(Request.steps(round, 1)));
      }
      Reply baselineMemory = baseline.ask(Request.memory());
      Reply measuredMemory = measured.ask(Request.memory());
      List<Agreement> after = agreements(benchmark, baseline, measured, "after");
      if (effort.profile()) {
        tell.accept("   " + benchmark.baseline().label() + ": " + profile(baseline));
        tell.accept("   " + benchmark.measured().label() + ": " + profile(measured));
      }
      double peak =
          peakGflops.orElseGet(
              () ->
                  installation.onGpu()
                      ? baseline.ask(Request.matmul(MATRIX_ON_GPU)).gflops()
                      : Math.max(
                          baseline.ask(Request.matmul(MATRIX)).gflops(),
                          measured.ask(Request.matmul(MATRIX)).gflops()));
      BenchmarkResult result =
          new BenchmarkResult(
              benchmark.name(),
              benchmark.what(),
              before,
              after,
              side(benchmark, benchmark.baseline(), examples, timed.baseline, baselineMemory),
              side(benchmark, benchmark.measured(), examples, timed.measured, measuredMemory),
              Spread.ofRatios(timed.baseline.seconds, timed.measured.seconds),
              benchmark.goal(),
              peak);
      tell.accept(
          String.format(
              Locale.ROOT,
              "   %.3f s and %.3f s: %.2f times as fast",
              result.baseline().seconds().median(),
              result.measured().seconds().median(),
              result.speedup().median()));
      return result;
    }
  }

  /** The operators that take most of a step, in percent of all operators' time. */
  private static String profile(Side side) {
    return side.ask(Request.profile(0)).values().entrySet().stream()
        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
        .limit(OPERATORS)
        .map(
            share ->
                String.format(Locale.ROOT, "%s %.1f %%", share.getKey(), 100 * share.getValue()))
        .collect(Collectors.joining(", "));
  }

  private Request.Work work(Benchmark benchmark, Path examples) throws IOException {
    Path models = installation.work().resolve("models");
    Files.createDirectories(models);
    Path tokenizer = installation.samples().resolve("tokenizer.json");
    return new Request.Work(
        benchmark.kind(),
        benchmark.model().folder(models, 1, tokenizer).toString(),
        benchmark.model().folder(models, 2, tokenizer).toString(),
        examples.toString(),
        benchmark.batchSize(),
        BETA,
        LEARNING_RATE,
        MAX_GRAD_NORM,
        "float32",
        false,
        benchmark.samples(),
        benchmark.newTokens(),
        Levers.ALL,
        installation.device());
  }

  private void prepare(Contender contender, Side side, Request.Work work) {
    Reply reply = side.ask(Request.prepare(contender.settings().apply(work)));
    tell.accept("   " + contender.label() + ": " + reply.ready());
  }

  private List<Agreement> agreements(
      Benchmark benchmark, Side baseline, Side measured, String when) {
    List<Agreement> agreements =
        Agreement.of(
                baseline.ask(Request.measure()).values(),
                measured.ask(Request.measure()).values(),
                benchmark.tolerance())
            .stream()
            .map(Measurement::forGradients)
            .toList();
    agreements.forEach(agreement -> tell.accept("   %s: %s".formatted(when, agreement)));
    if (!agreements.stream().allMatch(Agreement::holds)) {
      throw new BenchmarkException(
          "%s has no result: %s the timed steps its sides do not compute the same"
              .formatted(benchmark.name(), when));
    }
    return agreements;
  }

  private static Agreement forGradients(Agreement agreement) {
    return agreement.quantity().equals("gradient_norm")
        ? new Agreement(
            agreement.quantity(),
            agreement.baseline(),
            agreement.measured(),
            GRADIENT_TOLERANCE * agreement.tolerance())
        : agreement;
  }

  /** Seconds and work of the rounds of both sides. */
  private static final class Timed {
    private final Rounds baseline;
    private final Rounds measured;

    Timed(int rounds) {
      this.baseline = new Rounds(new double[rounds], new double[rounds]);
      this.measured = new Rounds(new double[rounds], new double[rounds]);
    }

    void add(int round, Reply ofBaseline, Reply ofMeasured) {
      baseline.add(round, ofBaseline);
      measured.add(round, ofMeasured);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // filled and read here
  private record Rounds(double[] seconds, double[] gflop) {
    void add(int round, Reply reply) {
      seconds[round] = reply.seconds().get(0);
      gflop[round] = reply.gflop().get(0);
    }
  }

  private SideResult side(
      Benchmark benchmark, Contender contender, ExampleFile examples, Rounds rounds, Reply memory) {
    double seconds = sum(rounds.seconds);
    Spread spread = Spread.of(rounds.seconds);
    return new SideResult(
        contender.label(),
        spread,
        benchmark.batchSize() * benchmark.samples() / spread.median(),
        tokens(benchmark, examples) / seconds,
        memory.peakBytes(),
        memory.startBytes(),
        sum(rounds.gflop) / seconds);
  }

  private double tokens(Benchmark benchmark, ExampleFile examples) {
    List<PairTokens> pairs = new ArrayList<>(examples.examples());
    return switch (benchmark.kind()) {
      case "lm" -> pairs.stream().mapToLong(pair -> pair.prompt().length).sum();
      case "sampling" -> (double) pairs.size() * benchmark.samples() * benchmark.newTokens();
      default -> pairs.stream().mapToLong(PairTokens::tokens).sum();
    };
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }
}
