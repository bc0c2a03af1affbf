package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;

/**
 * How an attempt at a piece of work ended: the content of {@code outcome.json} beside its {@code
 * job.json}, which appears whole or not at all. It is all that a worker tells of its end; an
 * attempt that leaves none died.
 *
 * @param attempt the attempt that left it; one of an earlier attempt says nothing about a later one
 * @param reason why it did not succeed; absent if it did
 * @param result what came of it, by the worker's verb; absent unless it succeeded
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record WorkOutcome(int attempt, Status status, String reason, JsonNode result) {
  public static final String FILE = "outcome.json";

  /** How an attempt ends. */
  public enum Status {
    /** It is done. */
    SUCCEEDED,
    /** It cannot be done; another try would not help. */
    FAILED,
    /** Something went wrong that another try may mend. */
    BROKEN,
    /** It was asked to stop and did; another attempt goes on from where it was. */
    STOPPED
  }

  public WorkOutcome {
    reason = Reason.clean(reason);
  }

  /** It is done, with this result. */
  public static WorkOutcome succeeded(int attempt, Object result) {
    return new WorkOutcome(attempt, Status.SUCCEEDED, null, Json.EVENTS.valueToTree(result));
  }

  /** It is not done. */
  public static WorkOutcome of(int attempt, Status status, String reason) {
    return new WorkOutcome(attempt, status, reason, null);
  }

  /**
   * What came of it.
   *
   * @throws JsonProcessingException if that is nothing of this type
   */
  public <T> T result(Class<T> type) throws JsonProcessingException {
    return Json.EVENTS.treeToValue(result, type);
  }
}
