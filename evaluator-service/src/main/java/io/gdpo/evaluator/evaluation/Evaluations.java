package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.FieldChecks;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.platform.event.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Takes requests to measure a checkpoint, from Kafka and REST alike, and only notes them; {@link
 * EvaluationRunner} does the work. A checkpoint is measured once, however often it is asked for;
 * one that could not be measured is tried again when it is asked for again.
 */
@ApplicationScoped
class Evaluations {
  /** An id names a folder and a process. */
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");

  private final Outbox outbox;

  Evaluations(Outbox outbox) {
    this.outbox = outbox;
  }

  /**
   * What came of a request.
   *
   * @param asked whether the checkpoint will be measured because of this request
   */
  record Requested(Evaluation evaluation, boolean asked) {}

  /**
   * Notes a checkpoint, in the caller's transaction.
   *
   * @return the evaluation of this checkpoint, new or known
   * @throws InvalidSpecException if the request lacks or misstates something; names every field
   */
  Requested request(Checkpoint checkpoint, EvaluationSpec requested) {
    EvaluationSpec spec = requested == null ? EvaluationSpec.defaults() : requested;
    List<SpecProblem> problems = problems(checkpoint, spec);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    Evaluation.lock(checkpoint.id());
    Optional<Evaluation> known = Evaluation.ofCheckpoint(checkpoint.id());
    if (known.isEmpty()) {
      Evaluation evaluation = new Evaluation(checkpoint, spec, Instant.now());
      evaluation.persist();
      return new Requested(evaluation, true);
    }
    boolean failed = known.get().status() == EvaluationStatus.FAILED;
    if (failed) {
      known.get().askAgain(checkpoint, spec);
    }
    return new Requested(known.get(), failed);
  }

  /** The same for an event, whose sender waits for the answer; what is done is answered again. */
  void requestByEvent(Checkpoint checkpoint, EvaluationSpec requested) {
    Evaluation evaluation = request(checkpoint, requested).evaluation();
    if (evaluation.status() == EvaluationStatus.SUCCEEDED) {
      outbox.send(evaluation.completed());
    }
  }

  /**
   * Answers a request by an event that cannot be granted.
   *
   * @return false if the checkpoint, its experiment and its stage cannot be read, or another
   *     request stands under the checkpoint's name
   */
  boolean refuse(JsonNode data, String reason) {
    String id = data.at("/checkpoint/id").asText("");
    String experiment = data.at("/checkpoint/experiment").asText("");
    String stage = data.at("/checkpoint/stage").asText("");
    if (!ID.matcher(id).matches() || experiment.isBlank() || stage.isBlank()) {
      return false;
    }
    Evaluation.lock(id);
    if (Evaluation.ofCheckpoint(id).isPresent()) {
      return false;
    }
    outbox.send(new EvaluationFailed(id, experiment, stage, reason));
    return true;
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
