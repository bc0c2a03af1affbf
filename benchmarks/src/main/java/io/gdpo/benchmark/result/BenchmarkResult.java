package io.gdpo.benchmark.result;

import java.util.List;

/**
 * A benchmark that was run.
 *
 * @param name as {@code --only} takes it
 * @param what was measured, in words
 * @param agreements what both sides computed before they were timed
 * @param afterwards the same after all timed steps
 * @param baseline what is compared with
 * @param measured what is measured
 * @param speedup seconds of the baseline over those of the measured side, round by round
 * @param goal least speedup that was aimed at; 0 for none
 * @param peakGflops float32 matrix products that this machine reaches, 10^9 a second
 */
public record BenchmarkResult(
    String name,
    String what,
    List<Agreement> agreements,
    List<Agreement> afterwards,
    SideResult baseline,
    SideResult measured,
    Spread speedup,
    double goal,
    double peakGflops) {}
