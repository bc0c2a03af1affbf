package io.gdpo.platform.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.launch.LaunchState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Reads what attempts at work left. */
final class OutcomeReader {
  private static final Logger LOG = Logger.getLogger(OutcomeReader.class);

  /** An outcome says what came of it in a few lines; what is longer is none. */
  private static final int LARGEST_OUTCOME = 1 << 20;

  private final ArtifactStore artifacts;

  OutcomeReader(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** What this attempt left; an earlier one's outcome says nothing about it. */
  Observation observed(WorkKind<?> kind, Work work, LaunchState process) {
    if (process.isAlive()) {
      return Observation.of(process);
    }
    URI file = artifacts.uri(work.folder() + "/" + WorkOutcome.FILE);
    String trouble = "";
    try {
      WorkOutcome outcome =
          Json.EVENTS.readValue(artifacts.read(file, LARGEST_OUTCOME), WorkOutcome.class);
      if (outcome != null && outcome.attempt() == work.attempt()) {
        trouble = fault(kind, outcome).map(why -> ", and its " + file + " " + why).orElse("");
        if (trouble.isEmpty()) {
          return Observation.of(process, outcome);
        }
      }
    } catch (ArtifactMissingException none) {
      LOG.debugf("%s left no outcome", work.processName());
    } catch (IOException | UncheckedIOException e) {
      trouble = ", and its " + file + " cannot be read: " + Reason.of(e);
    }
    WorkLog log = log(kind, work);
    return new Observation(
        process,
        Optional.empty(),
        trouble + log.lastLines() + "; its log is " + log.file(),
        log.memory());
  }

  /** Where the processes of a piece of work write. */
  WorkLog log(WorkKind<?> kind, Work work) {
    return WorkLog.of(artifacts, work.folder() + "/" + kind.log());
  }

  private static Optional<String> fault(WorkKind<?> kind, WorkOutcome outcome) {
    if (outcome.status() == null) {
      return Optional.of("does not say how it ended");
    }
    return outcome.status() == WorkOutcome.Status.SUCCEEDED
        ? faultOfResult(kind, outcome)
        : Optional.empty();
  }

  private static <R> Optional<String> faultOfResult(WorkKind<R> kind, WorkOutcome outcome) {
    try {
      R result = outcome.result(kind.result());
      return result == null ? Optional.of("does not say how it ended") : kind.faultOf(result);
    } catch (JsonProcessingException e) {
      return Optional.of("is none of a " + kind.verb() + ": " + e.getOriginalMessage());
    }
  }

  /** What came of it, of an outcome that has no fault. */
  static <R> R result(WorkKind<R> kind, WorkOutcome outcome) {
    try {
      return outcome.result(kind.result());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("This outcome was looked at before", e);
    }
  }
}
