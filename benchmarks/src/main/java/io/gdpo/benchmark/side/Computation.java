package io.gdpo.benchmark.side;

import java.util.Map;

/** What the Java side computes in a benchmark. */
interface Computation extends AutoCloseable {
  /** What both sides must agree on, by name. */
  Map<String, Double> measure();

  /**
   * Does a step; steps count from 0.
   *
   * @return matrix products that it did, in 10^9 operations; 0 where not counted
   */
  double step(int step);

  @Override
  void close();
}
