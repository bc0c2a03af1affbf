package io.gdpo.contracts.event;

import io.gdpo.contracts.Checked;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command: evaluate this checkpoint. {@code CheckpointSaved} does the same. */
public record EvaluationRequested(Checkpoint checkpoint, EvaluationSpec evaluation)
    implements Event.OfEvaluation, Event.Command, Checked {
  @Override
  public String key() {
    return checkpoint.id();
  }

  @Override
  public InvalidSpecException refusal(Map<String, String> misread) {
    return new InvalidSpecException(misread, problems());
  }

  /** Everything that is wrong with this request; empty if it can be granted. */
  public List<SpecProblem> problems() {
    if (checkpoint == null) {
      return List.of(new SpecProblem("checkpoint", "is missing"));
    }
    List<SpecProblem> problems = new ArrayList<>();
    if (evaluation != null) {
      problems.addAll(evaluation.problems("evaluation"));
    }
    problems.addAll(checkpoint.problems("checkpoint"));
    return problems;
  }
}
