package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.FieldChecks;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Takes requests to measure a checkpoint, from Kafka and REST alike, and only notes them; {@link
 * EvaluationRunner} does the work. A checkpoint is measured once, however often it is asked for.
 */
@ApplicationScoped
class Evaluations {
  /** An id names a folder and a process. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  /**
   * Notes a checkpoint, in the caller's transaction.
   *
   * @return the evaluation of this checkpoint, new or known
   * @throws InvalidSpecException if the request lacks or misstates something; names every field
   */
  Evaluation request(Checkpoint checkpoint, EvaluationSpec requested) {
    EvaluationSpec spec = requested == null ? EvaluationSpec.defaults() : requested;
    List<SpecProblem> problems = problems(checkpoint, spec);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    Optional<Evaluation> known = Evaluation.ofCheckpoint(checkpoint.id());
    if (known.isPresent()) {
      return known.get();
    }
    Evaluation evaluation = new Evaluation(checkpoint, spec, Instant.now());
    evaluation.persist();
    return evaluation;
  }

  private static List<SpecProblem> problems(Checkpoint checkpoint, EvaluationSpec spec) {
    if (checkpoint == null) {
      return List.of(new SpecProblem("checkpoint", "is missing"));
    }
    List<SpecProblem> problems = new ArrayList<>(spec.problems("evaluation"));
    if (checkpoint.id() == null || !ID.matcher(checkpoint.id()).matches()) {
      problems.add(
          new SpecProblem(
              "checkpoint.id",
              "must be letters, digits, dots, dashes and underscores, is "
                  + (checkpoint.id() == null ? "missing" : "'" + checkpoint.id() + "'")));
    }
    FieldChecks fields = new FieldChecks("checkpoint");
    fields.name("experiment", checkpoint.experiment());
    fields.name("stage", checkpoint.stage());
    fields.name("loss", checkpoint.loss());
    fields.name("kind", checkpoint.kind());
    fields.location("model_uri", checkpoint.modelUri());
    fields.location("reference_uri", checkpoint.referenceUri());
    fields.location("dataset_uri", checkpoint.datasetUri());
    fields.location("progress_uri", checkpoint.progressUri());
    problems.addAll(fields.problems());
    require("checkpoint.experiment", checkpoint.experiment(), problems);
    require("checkpoint.stage", checkpoint.stage(), problems);
    require("checkpoint.loss", checkpoint.loss(), problems);
    require("checkpoint.kind", checkpoint.kind(), problems);
    require("checkpoint.model_uri", checkpoint.modelUri(), problems);
    require("checkpoint.dataset_uri", checkpoint.datasetUri(), problems);
    if (checkpoint.maxLength() < 2) {
      problems.add(
          new SpecProblem(
              "checkpoint.max_length", "must be at least 2, is " + checkpoint.maxLength()));
    }
    if (checkpoint.maxPromptLength() < 1
        || checkpoint.maxPromptLength() >= checkpoint.maxLength()) {
      problems.add(
          new SpecProblem(
              "checkpoint.max_prompt_length",
              "must be at least 1 and below max_length, is " + checkpoint.maxPromptLength()));
    }
    return problems;
  }

  private static void require(String field, String value, List<SpecProblem> problems) {
    if (value == null || value.isBlank()) {
      problems.add(new SpecProblem(field, "is missing"));
    }
  }
}
