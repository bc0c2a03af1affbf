package io.gdpo.evaluation.metric;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The mean of each metric over the things that have it: over a question's prompts, then over
 * questions. A metric that nothing has stays absent; it never becomes NaN or 0.
 */
public final class MetricMeans {
  private final Map<String, double[]> sumAndCount = new LinkedHashMap<>();

  public void add(String metric, double value) {
    double[] cell = sumAndCount.computeIfAbsent(metric, m -> new double[2]);
    cell[0] += value;
    cell[1]++;
  }

  public void addAll(Map<String, Double> metrics) {
    metrics.forEach(this::add);
  }

  /** Means by metric, in the order in which metrics first came. */
  public Map<String, Double> means() {
    Map<String, Double> means = new LinkedHashMap<>();
    sumAndCount.forEach((metric, cell) -> means.put(metric, cell[0] / cell[1]));
    return means;
  }
}
