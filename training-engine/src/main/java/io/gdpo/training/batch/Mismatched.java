package io.gdpo.training.batch;

import io.gdpo.training.objective.Objective;
import java.util.List;

/** What both splits' reference points are estimated from; empty for losses without. */
public record Mismatched(List<TrainingExample> train, List<TrainingExample> eval) {
  /** Those of a data set, each at most so many tokens long. */
  public static Mismatched of(TrainingData data, Objective objective, int maxLength) {
    return objective.loss().hasReferencePoint()
        ? new Mismatched(
            MismatchedExamples.of(data.train(), maxLength),
            MismatchedExamples.of(data.eval(), maxLength))
        : new Mismatched(List.of(), List.of());
  }
}
