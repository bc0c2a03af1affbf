package io.gdpo.evaluation.metric;

import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** The mean of what there is: empty of nothing, never NaN or 0. */
final class Mean {
  private Mean() {}

  /** One after the other, uncompensated: the same digits on every machine and of every version. */
  static OptionalDouble of(DoubleStream values) {
    double[] all = values.toArray();
    double sum = 0;
    for (double value : all) {
      sum += value;
    }
    return all.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / all.length);
  }
}
