package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.work.Works;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Takes requests to measure a checkpoint, from Kafka and REST alike, and only notes them; what is
 * to be done then is {@link EvaluateWork}. A checkpoint is measured once by the same settings,
 * however often it is asked for; what has no result is tried again when it is asked for again.
 */
@ApplicationScoped
class Evaluations {
  private final Outbox outbox;
  private final Works works;

  Evaluations(Outbox outbox, Works works) {
    this.outbox = outbox;
    this.works = works;
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
    List<SpecProblem> problems = new EvaluationRequested(checkpoint, spec).problems();
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    Evaluation.lock(checkpoint.id());
    String id = Evaluation.idOf(checkpoint, spec);
    Optional<Evaluation> known = Evaluation.withId(id);
    boolean asked = known.isEmpty() || known.get().status().isBegunAnew();
    Evaluation evaluation =
        known.orElseGet(() -> new Evaluation(id, checkpoint, spec, Instant.now()));
    if (known.isEmpty()) {
      evaluation.persist();
    } else if (asked) {
      evaluation.askAgain(checkpoint, spec);
    }
    if (asked) {
      works.ask(id, EvaluateWork.VERB, Evaluation.folderKey(id), checkpoint.experiment());
    }
    return new Requested(evaluation, asked);
  }

  /**
   * Asks an evaluation to end; it is over when its process is gone. One that is over stays as it
   * is.
   *
   * @param reason why; null if that is not told
   * @throws ProblemException if there is none of this id
   */
  Evaluation cancel(String id, String reason) {
    Evaluation.lock(
        Evaluation.checkpointOf(ProblemException.possible("evaluation", id))
            .orElseThrow(() -> ProblemException.notFound("evaluation", id)));
    works.cancel(id, reason);
    return Evaluation.withId(id).orElseThrow();
  }

  /**
   * The same for an event, whose sender waits for the answer: what is over is told again, and where
   * there is nothing, nothing is done any more.
   */
  void cancelByEvent(EvaluationCancelRequested request) {
    String id = ProblemException.possible("evaluation", request.evaluationId());
    String checkpoint = ProblemException.possible("checkpoint", request.checkpointId());
    if (Evaluation.checkpointOf(id).isEmpty()) {
      String words = ProblemException.notFound("evaluation", id).getMessage();
      outbox.send(new EvaluationCancelled(id, checkpoint, null, null, words));
    } else {
      cancel(id, request.reason()).answer().ifPresent(outbox::send);
    }
  }

  /** The same for an event, whose sender waits for the answer; what is done is answered again. */
  void requestByEvent(Checkpoint checkpoint, EvaluationSpec requested) {
    Evaluation evaluation = request(checkpoint, requested).evaluation();
    if (evaluation.status() == EvaluationStatus.SUCCEEDED) {
      evaluation.answer().ifPresent(outbox::send);
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
    if (!Checkpoint.isId(id) || experiment.isBlank() || stage.isBlank()) {
      return false;
    }
    Evaluation.lock(id);
    if (Evaluation.withId(id).isPresent()) {
      return false;
    }
    outbox.send(new EvaluationFailed(id, id, experiment, stage, reason));
    return true;
  }
}
