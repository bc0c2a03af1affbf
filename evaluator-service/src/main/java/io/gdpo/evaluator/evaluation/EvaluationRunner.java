package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.evaluator.evaluate.EvaluateCommand;
import io.gdpo.evaluator.evaluate.EvaluationFailure;
import io.gdpo.evaluator.evaluate.EvaluationResult;
import io.gdpo.evaluator.evaluate.EvaluationTask;
import io.gdpo.platform.artifact.ArtifactStore;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Brings every evaluation to its end, one child process at a time. Level-triggered: each round
 * compares what the records say with what the launcher and the artifact store say, and takes one
 * step; so it does not matter what a round before it, or a process before it, left undone.
 *
 * <p>An evaluation ends when its result is stored, when its process says that the checkpoint cannot
 * be measured, or when its process died {@value #TRIES} times. A process that is gone because the
 * service was restarted is started again and does not count.
 */
@ApplicationScoped
class EvaluationRunner {
  private static final Logger LOG = Logger.getLogger(EvaluationRunner.class);

  private static final String LOG_FILE = "evaluate.log";

  /** The first try and two more. */
  static final int TRIES = 3;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final Outbox outbox;
  private final int threads;

  EvaluationRunner(
      JobLauncher launcher,
      ArtifactStore artifacts,
      Outbox outbox,
      @ConfigProperty(name = "gdpo.evaluation.threads") Optional<Integer> threads) {
    this.launcher = launcher;
    this.artifacts = artifacts;
    this.outbox = outbox;
    this.threads = threads.orElseGet(() -> Runtime.getRuntime().availableProcessors());
  }

  /** One round. */
  @Scheduled(
      every = "${gdpo.evaluation.poll:0.5s}",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void reconcile() {
    Optional<Evaluation> running = QuarkusTransaction.requiringNew().call(Evaluation::running);
    running.ifPresent(this::observe);
    if (running.isEmpty()) {
      QuarkusTransaction.requiringNew().call(Evaluation::nextPending).ifPresent(this::launch);
    }
  }

  private void launch(Evaluation pending) {
    String name =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  Evaluation evaluation = fresh(pending);
                  evaluation.launched();
                  return evaluation.processName();
                });
    EvaluationTask task = new EvaluationTask(pending.checkpoint(), pending.spec());
    URI request =
        artifacts.write(pending.folderKey() + "/" + EvaluationTask.REQUEST_FILE, json(task));
    Path log = artifacts.fetch(request).resolveSibling(LOG_FILE);
    LOG.infof("Checkpoint %s is being evaluated", pending.checkpointId());
    launcher.launch(
        new LaunchRequest(
            name, List.of("evaluate", "--request", request.toString()), log, threads));
  }

  private void observe(Evaluation running) {
    JobStatus status = launcher.status(running.processName());
    if (status instanceof JobStatus.Running) {
      return;
    }
    Optional<EvaluationResult> result =
        stored(running.folderKey() + "/" + EvaluationTask.RESULT_FILE, EvaluationResult.class)
            .filter(r -> r.checkpoint().equals(running.checkpoint()))
            .filter(r -> r.evaluation().equals(running.spec()));
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Evaluation evaluation = fresh(running);
              if (result.isPresent()) {
                complete(evaluation, result.get());
              } else if (status instanceof JobStatus.Exited exited) {
                ended(evaluation, exited.code());
              } else {
                LOG.infof(
                    "The process that evaluated %s is gone with an earlier run of this service; it starts again",
                    evaluation.checkpointId());
                evaluation.interrupted();
              }
            });
  }

  private void complete(Evaluation evaluation, EvaluationResult result) {
    String uri =
        artifacts.uri(evaluation.folderKey() + "/" + EvaluationTask.RESULT_FILE).toString();
    evaluation.succeeded(uri, result.metrics(), Instant.now());
    outbox.send(
        new EvaluationCompleted(
            evaluation.checkpointId(),
            evaluation.experiment,
            evaluation.stage,
            result.metrics(),
            uri));
    LOG.infof(
        "Checkpoint %s is evaluated in %.1f s: JSD %.3f",
        evaluation.checkpointId(), result.seconds(), result.metrics().get("jsd"));
  }

  /** Its process ended without a result. */
  private void ended(Evaluation evaluation, int code) {
    if (code == EvaluateCommand.REFUSED) {
      fail(
          evaluation,
          stored(
                  evaluation.folderKey() + "/" + EvaluationTask.FAILURE_FILE,
                  EvaluationFailure.class)
              .orElseThrow()
              .reason());
      return;
    }
    evaluation.failures++;
    String reason =
        "its process ended with code %d; see %s"
            .formatted(code, artifacts.uri(evaluation.folderKey() + "/" + LOG_FILE));
    if (evaluation.failures >= TRIES) {
      fail(evaluation, reason + " (tried " + TRIES + " times)");
    } else {
      LOG.warnf("Checkpoint %s: %s; it is tried again", evaluation.checkpointId(), reason);
      evaluation.interrupted();
    }
  }

  private void fail(Evaluation evaluation, String reason) {
    evaluation.failed(reason, Instant.now());
    outbox.send(
        new EvaluationFailed(
            evaluation.checkpointId(), evaluation.experiment, evaluation.stage, reason));
    LOG.warnf("Checkpoint %s cannot be evaluated: %s", evaluation.checkpointId(), reason);
  }

  private static Evaluation fresh(Evaluation evaluation) {
    return Evaluation.ofCheckpoint(evaluation.checkpointId()).orElseThrow();
  }

  private <T> Optional<T> stored(String key, Class<T> type) {
    URI uri = artifacts.uri(key);
    if (!artifacts.exists(uri)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Json.EVENTS.readValue(artifacts.read(uri), type));
    } catch (IOException e) {
      throw new UncheckedIOException(uri + " is not what was expected there", e);
    }
  }

  private static byte[] json(EvaluationTask task) {
    try {
      return Json.EVENTS.writeValueAsBytes(task);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("No JSON can be written of " + task, e);
    }
  }
}
