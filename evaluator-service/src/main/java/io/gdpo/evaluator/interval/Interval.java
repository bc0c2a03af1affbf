package io.gdpo.evaluator.interval;

/**
 * Where a mean over questions lies in 95 of 100 draws of as many questions.
 *
 * @param low the 2.5th percentile
 * @param high the 97.5th percentile
 */
public record Interval(double low, double high) {}
