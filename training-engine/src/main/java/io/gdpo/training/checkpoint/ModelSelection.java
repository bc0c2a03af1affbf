package io.gdpo.training.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.SelectDirection;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.training.TrainingFailedException;
import java.util.Locale;
import java.util.Map;

/**
 * Which model is the best so far, and how long there has been no better one. Immutable; part of
 * every checkpoint.
 *
 * @param bestStep the step of the best model; absent before the first evaluation
 * @param bestMetric its value of the selection metric
 * @param bestMetrics all its metrics of the eval split
 * @param withoutGain evaluations since
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelSelection(
    Long bestStep, Double bestMetric, Map<String, Double> bestMetrics, int withoutGain) {

  static final ModelSelection NONE = new ModelSelection(null, null, null, 0);

  /**
   * The selection after an evaluation; the new model is the best if its {@code bestStep} is {@code
   * step}.
   *
   * @throws TrainingFailedException if the evaluation lacks the metric to select by, or it is not
   *     finite
   */
  public ModelSelection after(long step, Map<String, Double> metrics, TrainingSpec spec) {
    double value = metric(metrics, spec);
    if (!Double.isFinite(value)) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "the eval split's %s is %s after step %d; lower learning_rate (%s), or lengthen warmup_steps (%d)",
              spec.selectBy(),
              value,
              step,
              spec.learningRate(),
              spec.warmupSteps()));
    }
    boolean better =
        bestMetric == null
            || (spec.selectDirection() == SelectDirection.MAX
                ? value > bestMetric
                : value < bestMetric);
    return better
        ? new ModelSelection(step, value, metrics, 0)
        : new ModelSelection(bestStep, bestMetric, bestMetrics, withoutGain + 1);
  }

  /**
   * The metric to select by.
   *
   * @throws TrainingFailedException if there is none of this name
   */
  public static double metric(Map<String, Double> metrics, TrainingSpec spec) {
    Double value = metrics.get(spec.selectBy());
    if (value == null) {
      throw new TrainingFailedException(
          "select_by '%s' is not a metric of loss %s; its metrics are %s"
              .formatted(
                  spec.selectBy(), spec.loss().label(), String.join(", ", metrics.keySet())));
    }
    return value;
  }

  /** Whether patience has run out. */
  public boolean isOutOfPatience(TrainingSpec spec) {
    return spec.earlyStopPatience() != null && withoutGain >= spec.earlyStopPatience();
  }
}
