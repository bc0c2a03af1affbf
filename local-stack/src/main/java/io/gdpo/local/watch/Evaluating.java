package io.gdpo.local.watch;

import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.terminal.CommandFailure;
import java.util.Map;
import java.util.Optional;

/**
 * How far the evaluations of an experiment's stages have come.
 *
 * @param byCheckpoint of those that have not ended
 */
public record Evaluating(Map<String, Optional<EvaluationProgress>> byCheckpoint) {
  /** Where nothing is known. */
  public static final Evaluating NOTHING = new Evaluating(Map.of());

  /**
   * Asks the evaluator, where a stage waits for it. How an evaluation ends is trainer-service's to
   * tell, so an evaluator that does not answer just now leaves only its progress unknown.
   */
  public static Evaluating of(ExperimentView experiment, EvaluatorClient evaluator) {
    if (experiment.stages().stream().noneMatch(Evaluating::isPending)) {
      return NOTHING;
    }
    try {
      return new Evaluating(evaluator.progress(experiment.name()));
    } catch (CommandFailure notNow) {
      return NOTHING;
    }
  }

  static boolean isPending(StageView stage) {
    return stage.evaluation() != null && stage.evaluation().status() == EvaluationStatus.PENDING;
  }

  /** What a stage's evaluation is at; empty where it is not known, or it is not evaluated. */
  public Optional<String> of(StageView stage) {
    return isPending(stage)
        ? byCheckpoint
            .getOrDefault(stage.evaluation().checkpointId(), Optional.empty())
            .map(progress -> "evaluating, " + progress)
        : Optional.empty();
  }
}
