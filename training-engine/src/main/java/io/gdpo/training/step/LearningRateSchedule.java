package io.gdpo.training.step;

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
 * @param decay the way there
 */
public record LearningRateSchedule(
    double peak, long warmupSteps, long totalSteps, double finalRatio, Decay decay) {

  /** The shape d of the way from the peak to the final learning rate. */
  enum Decay {
    /** d(t) = 1: there is no decay, and the final ratio is not used. */
    CONSTANT {
      @Override
      public double at(double t) {
        return 1;
      }
    },
    /** d(t) = 1 - t. */
    LINEAR {
      @Override
      public double at(double t) {
        return 1 - t;
      }
    },
    /** d(t) = (1 + cos(pi t)) / 2 (Loshchilov and Hutter 2017, arXiv 1608.03983, equation 5). */
    COSINE {
      @Override
      public double at(double t) {
        return (1 + Math.cos(Math.PI * t)) / 2;
      }
    };

    public abstract double at(double t);

    private static Decay ofLabel(String label) {
      return switch (label) {
        case "constant" -> CONSTANT;
        case "linear" -> LINEAR;
        case "cosine" -> COSINE;
        default ->
            throw new IllegalArgumentException(
                "'" + label + "' is not a schedule; say linear, cosine or constant");
      };
    }
  }

  public static LearningRateSchedule of(TrainingSpec spec, long totalSteps) {
    return new LearningRateSchedule(
        spec.learningRate(),
        spec.warmupSteps(),
        totalSteps,
        spec.finalLearningRateRatio(),
        Decay.ofLabel(spec.schedule()));
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
    return peak * (finalRatio + (1 - finalRatio) * decay.at(t));
  }
}
