package io.gdpo.training.batch;

import io.gdpo.contracts.spec.Loss;
import java.util.List;

/** What both splits' reference points are estimated from; empty for losses without. */
public record Mismatched(List<TrainingExample> train, List<TrainingExample> eval) {
  /** Those of a data set, each at most so many tokens long. */
  public static Mismatched of(TrainingData data, Loss loss, int maxLength) {
    return loss.needs(Loss.Need.KL)
        ? new Mismatched(
            MismatchedExamples.of(data.train(), maxLength),
            MismatchedExamples.of(data.eval(), maxLength))
        : new Mismatched(List.of(), List.of());
  }
}
