package io.gdpo.benchmark;

import io.gdpo.benchmark.example.ExampleSource;

/**
 * A comparison of two contenders that compute the same.
 *
 * @param name as {@code --only} takes it
 * @param what is measured, in words
 * @param kind a loss ({@code gdpo} and {@code dpo} have a Python peer), {@code lm} or {@code
 *     sampling}
 * @param model of both
 * @param source of the examples
 * @param batchSize examples of a step
 * @param baseline what is compared with
 * @param measured what is measured
 * @param goal least speedup that is aimed at; 0 for none
 * @param tolerance largest relative difference of what both compute
 * @param samples continuations of a prompt, where sampling is measured
 * @param newTokens of a continuation
 */
record Benchmark(
    String name,
    String what,
    String kind,
    ModelShape model,
    ExampleSource source,
    int batchSize,
    Contender baseline,
    Contender measured,
    double goal,
    double tolerance,
    int samples,
    int newTokens) {
  /** Float32 on both sides: sums in another order. */
  static final double ROUNDING = 1e-4;

  /** Of what bfloat16, with 8 bits of precision, makes of a loss. */
  static final double BFLOAT16_ROUNDING = 5e-2;

  static Benchmark training(
      String name,
      String what,
      String kind,
      ModelShape model,
      ExampleSource source,
      int batchSize,
      Contender baseline,
      Contender measured,
      double goal) {
    return new Benchmark(
        name, what, kind, model, source, batchSize, baseline, measured, goal, ROUNDING, 1, 1);
  }

  Benchmark tolerating(double relativeDifference) {
    return with(goal, relativeDifference);
  }

  Benchmark aiming(double speedup) {
    return with(speedup, tolerance);
  }

  private Benchmark with(double otherGoal, double otherTolerance) {
    return new Benchmark(
        name,
        what,
        kind,
        model,
        source,
        batchSize,
        baseline,
        measured,
        otherGoal,
        otherTolerance,
        samples,
        newTokens);
  }
}
