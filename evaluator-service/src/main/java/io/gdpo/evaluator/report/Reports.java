package io.gdpo.evaluator.report;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.evaluator.evaluation.Evaluation;
import io.gdpo.platform.problem.ProblemException;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Gathers an experiment's report from what events told this service, stored results and the jobs'
 * progress; asks no other service.
 */
@ApplicationScoped
class Reports {
  private static final Logger LOG = Logger.getLogger(Reports.class);

  /** Bytes of a file that are read. */
  private static final int LARGEST = 64 << 20;

  /** What a job's folder of progress is called was a file's name, with this behind it. */
  private static final String FILE_OF_VERSION_BEFORE = ".jsonl";

  private final ArtifactStore artifacts;

  Reports(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /** The report of this experiment; a 404 problem if no checkpoint of it is known. */
  ExperimentReport of(String experiment) {
    String what = "experiment with a checkpoint to evaluate";
    List<Evaluation> evaluations =
        Evaluation.ofExperiment(ProblemException.possible(what, experiment));
    if (evaluations.isEmpty()) {
      throw ProblemException.notFound(what, experiment);
    }
    return ExperimentReport.of(
        experiment, evaluations.stream().map(this::entry).toList(), Instant.now());
  }

  /** What cannot be read is left out and told: a report of the rest is worth having. */
  private ExperimentReport.Entry entry(Evaluation evaluation) {
    List<String> notes = new ArrayList<>();
    Checkpoint checkpoint = evaluation.checkpoint();
    return new ExperimentReport.Entry(
        checkpoint,
        evaluation.spec(),
        evaluation.status(),
        evaluation.reason(),
        evaluation
            .resultUri()
            .flatMap(uri -> tried(() -> result(uri), "The evaluation", checkpoint, notes)),
        Optional.ofNullable(checkpoint.progressUri())
            .flatMap(uri -> tried(() -> progress(uri), "The progress", checkpoint, notes))
            .orElse(JobProgress.NONE),
        notes);
  }

  private static <T> Optional<T> tried(
      Callable<T> read, String what, Checkpoint checkpoint, List<String> notes) {
    try {
      return Optional.ofNullable(read.call());
    } catch (Exception e) {
      notes.add(
          "%s of %s is left out, because it cannot be read: %s"
              .formatted(what, checkpoint.stage(), Reason.of(e)));
      LOG.debugf(e, "%s of %s is left out", what, checkpoint.id());
      return Optional.empty();
    }
  }

  private EvaluationResult result(String uri) throws IOException {
    EvaluationResult result =
        Json.EVENTS.readValue(artifacts.read(URI.create(uri), LARGEST), EvaluationResult.class);
    if (result == null || result.metrics() == null || result.questions() == null) {
      throw new IOException(uri + " is not an evaluation");
    }
    return result;
  }

  /** The job's progress; none where it is gone. Versions before kept it in one file. */
  private JobProgress progress(String uri) {
    Pieces pieces = new Pieces(artifacts, URI.create(uri));
    List<Long> numbers = pieces.numbersAfter(0);
    if (!numbers.isEmpty()) {
      return JobProgress.parse(
          numbers.stream().map(n -> pieces.read(n).text()).collect(Collectors.joining()));
    }
    return Stream.of(uri, uri.replaceFirst("/$", "") + FILE_OF_VERSION_BEFORE)
        .map(URI::create)
        .filter(artifacts::exists)
        .findFirst()
        .map(file -> new String(artifacts.read(file, LARGEST), StandardCharsets.UTF_8))
        .map(JobProgress::parse)
        .orElse(JobProgress.NONE);
  }
}
