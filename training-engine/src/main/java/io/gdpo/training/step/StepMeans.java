package io.gdpo.training.step;

import io.gdpo.training.batch.PackedBatch;
import java.util.Map;

/** What a line of training says: means over the steps since the last one. */
public final class StepMeans {
  private final MetricMeans metrics = new MetricMeans();
  private long tokens;
  private int steps;
  private double gradientNorms;
  private double learningRate;
  private double seconds;

  /** Adds a step. */
  public void add(Step.Taken taken, double rate, double stepSeconds) {
    for (int i = 0; i < taken.batches().size(); i++) {
      PackedBatch batch = taken.batches().get(i);
      metrics.add(batch.examples(), taken.outcomes().get(i));
    }
    if (!taken.mismatched().isEmpty()) {
      metrics.add(MetricMeans.REFERENCE_KL, taken.referencePoint());
    }
    steps++;
    tokens += taken.tokens();
    gradientNorms += taken.gradientNorm();
    learningRate = rate;
    seconds += stepSeconds;
  }

  /** By name. */
  public Map<String, Double> values() {
    Map<String, Double> values = metrics.values();
    values.put("grad_norm", gradientNorms / steps);
    values.put("learning_rate", learningRate);
    values.put("examples_per_second", metrics.examples() / seconds);
    return values;
  }

  /** Real tokens a second. */
  public double tokensPerSecond() {
    return tokens / seconds;
  }
}
