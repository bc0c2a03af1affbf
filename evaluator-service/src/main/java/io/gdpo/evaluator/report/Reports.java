package io.gdpo.evaluator.report;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.evaluator.evaluate.EvaluationResult;
import io.gdpo.evaluator.evaluation.Evaluation;
import io.gdpo.platform.artifact.ArtifactStore;
import io.gdpo.platform.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Gathers an experiment's report from what events told this service, stored results and the jobs'
 * progress files; asks no other service.
 */
@ApplicationScoped
class Reports {
  private final ArtifactStore artifacts;

  Reports(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** The report of this experiment; a 404 problem if no checkpoint of it is known. */
  ExperimentReport of(String experiment) {
    List<Evaluation> evaluations = Evaluation.ofExperiment(experiment);
    if (evaluations.isEmpty()) {
      throw ProblemException.notFound("experiment with a checkpoint to evaluate", experiment);
    }
    return ExperimentReport.of(
        experiment, evaluations.stream().map(this::entry).toList(), Instant.now());
  }

  private ExperimentReport.Entry entry(Evaluation evaluation) {
    return new ExperimentReport.Entry(
        evaluation.checkpoint(),
        evaluation.spec(),
        evaluation.status().name(),
        evaluation.reason(),
        evaluation.resultUri().map(URI::create).map(this::result),
        progress(evaluation.checkpoint()));
  }

  private EvaluationResult result(URI uri) {
    try {
      return Json.EVENTS.readValue(artifacts.read(uri), EvaluationResult.class);
    } catch (IOException e) {
      throw new UncheckedIOException(uri + " is not an evaluation", e);
    }
  }

  /** The job's progress; empty where the checkpoint names no file or it is gone. */
  private JobProgress progress(Checkpoint checkpoint) {
    return Optional.ofNullable(checkpoint.progressUri())
        .map(URI::create)
        .filter(artifacts::exists)
        .map(uri -> JobProgress.parse(new String(artifacts.read(uri), StandardCharsets.UTF_8)))
        .orElse(JobProgress.NONE);
  }
}
