package io.gdpo.evaluator.evaluation;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.view.EvaluationProgress;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * How far running evaluations have come, as their processes last wrote it. A file is read for those
 * only, of which there are few at a time.
 */
@ApplicationScoped
class RunningProgress {
  private static final Logger LOG = Logger.getLogger(RunningProgress.class);

  private final ArtifactStore artifacts;

  RunningProgress(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** Empty for an evaluation that does not run, or has told nothing yet. */
  Optional<EvaluationProgress> of(Evaluation evaluation) {
    if (evaluation.status() != EvaluationStatus.RUNNING) {
      return Optional.empty();
    }
    URI uri =
        artifacts.uri(Evaluation.folderKey(evaluation.id()) + "/" + EvaluationTask.PROGRESS_FILE);
    if (!artifacts.exists(uri)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.EVENTS.readValue(artifacts.read(uri), EvaluationProgress.class));
    } catch (IOException e) {
      LOG.debugf("%s is no progress: %s", uri, e.getMessage());
      return Optional.empty(); // the next one replaces it
    }
  }
}
