package io.gdpo.trainer.train;

import io.gdpo.contracts.spec.TrainingSpec;

/**
 * The learning rate of each optimizer step: linear warm-up to the peak, then linear decay to {@code
 * finalRatio} of it at the last step, or none.
 *
 * @param peak highest learning rate
 * @param warmupSteps steps until it is reached
 * @param totalSteps steps of the whole run
 * @param finalRatio learning rate of the last step over the peak; 1 keeps it constant
 */
record LearningRateSchedule(double peak, long warmupSteps, long totalSteps, double finalRatio) {

  static LearningRateSchedule of(TrainingSpec spec, long totalSteps) {
    double finalRatio = spec.schedule().equals("constant") ? 1 : spec.finalLearningRateRatio();
    return new LearningRateSchedule(
        spec.learningRate(), spec.warmupSteps(), totalSteps, finalRatio);
  }

  /** The learning rate of a step; steps count from 1. */
  double at(long step) {
    if (step < warmupSteps) {
      return peak * step / warmupSteps;
    }
    long decaySteps = totalSteps - Math.max(1, warmupSteps);
    if (decaySteps <= 0) {
      return peak;
    }
    double progress = (step - Math.max(1, warmupSteps)) / (double) decaySteps;
    return peak * (1 - (1 - finalRatio) * Math.min(1, progress));
  }
}
