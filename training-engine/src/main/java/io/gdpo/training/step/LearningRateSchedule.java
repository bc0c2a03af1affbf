package io.gdpo.training.step;

import io.gdpo.contracts.spec.Schedule;
import io.gdpo.contracts.spec.TrainingSpec;

/**
 * The learning rate of each optimizer step: linear warm-up to the peak, then decay to {@code
 * finalRatio} of it at the last step.
 *
 * <p>With W = max(1, warm-up steps), S steps in all, f the final ratio, and t = (s - W) / (S - W)
 * the share of the decay that step s has reached:<br>
 * s &lt; W: peak s / W<br>
 * s &gt;= W: peak (f + (1 - f) d(t)), where d falls from 1 at t = 0 to 0 at t = 1
 *
 * <p>These are the schedules of Hugging Face's transformers (with a floor: {@code
 * get_cosine_with_min_lr_schedule_with_warmup}), apart from the count of steps: theirs starts at 0,
 * so that the first step learns nothing.
 *
 * @param peak highest learning rate
 * @param warmupSteps steps until it is reached
 * @param totalSteps steps of the whole run
 * @param finalRatio learning rate of the last step over the peak
 * @param decay the way there; of a constant rate the final ratio is not used
 */
public record LearningRateSchedule(
    double peak, long warmupSteps, long totalSteps, double finalRatio, Schedule decay) {

  public static LearningRateSchedule of(TrainingSpec spec, long totalSteps) {
    return new LearningRateSchedule(
        spec.learningRate(),
        spec.warmupSteps(),
        totalSteps,
        spec.finalLearningRateRatio(),
        spec.schedule());
  }

  /** The learning rate of a step; steps count from 1. */
  public double at(long step) {
    long warmup = Math.max(1, warmupSteps);
    if (step < warmup) {
      return peak * step / warmup;
    }
    if (totalSteps <= warmup) {
      return peak;
    }
    double t = Math.min(1, (step - warmup) / (double) (totalSteps - warmup));
    return peak * (finalRatio + (1 - finalRatio) * decayed(t));
  }

  /** d(t); equation 5 of Loshchilov and Hutter 2017 (arXiv 1608.03983) for the cosine. */
  private double decayed(double t) {
    return switch (decay) {
      case CONSTANT -> 1;
      case LINEAR -> 1 - t;
      case COSINE -> (1 + Math.cos(Math.PI * t)) / 2;
    };
  }
}
