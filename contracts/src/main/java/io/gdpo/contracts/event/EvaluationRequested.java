package io.gdpo.contracts.event;

import io.gdpo.contracts.spec.EvaluationSpec;

/** A command: evaluate this checkpoint. {@code CheckpointSaved} does the same. */
public record EvaluationRequested(Checkpoint checkpoint, EvaluationSpec evaluation)
    implements Event.OfEvaluation, Event.Command {
  @Override
  public String key() {
    return checkpoint.id();
  }
}
