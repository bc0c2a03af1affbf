package io.gdpo.benchmark.result;

/**
 * What one side of a benchmark took.
 *
 * @param label what it is
 * @param seconds of a step
 * @param examplesPerSecond pairs, rows or samples, at the median
 * @param tokensPerSecond tokens of the examples (the same count on both sides, however much of them
 *     a side computes), over all timed steps
 * @param peakBytes most resident memory of the process
 * @param startBytes resident memory once its libraries were loaded
 * @param gflops matrix products that it did, 10^9 a second; 0 where not counted
 */
public record SideResult(
    String label,
    Spread seconds,
    double examplesPerSecond,
    double tokensPerSecond,
    long peakBytes,
    long startBytes,
    double gflops) {}
