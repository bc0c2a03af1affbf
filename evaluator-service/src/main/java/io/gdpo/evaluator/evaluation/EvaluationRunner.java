package io.gdpo.evaluator.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.job.EvaluationFailure;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.platform.event.Failure;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.reconcile.Troubles;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Brings every evaluation to its end, one child process at a time. Level-triggered: each round
 * compares what the records say with what the launcher and the artifact store say, and takes one
 * step; so it does not matter what a round before it, or a process before it, left undone.
 *
 * <p>An evaluation ends when its result is stored, when its process says that the checkpoint cannot
 * be measured, or when its process died {@value #TRIES} times. A process that is gone because the
 * service was restarted is started again and does not count. An evaluation that this class itself
 * cannot carry on is given up after a few tries ({@link Troubles}); it never holds up the others.
 */
@ApplicationScoped
class EvaluationRunner {
  private static final Logger LOG = Logger.getLogger(EvaluationRunner.class);

  private static final String LOG_FILE = "evaluate.log";

  /** The first try and two more. */
  static final int TRIES = 3;

  /** Bytes of a result or a failure that are read; a survey of thousands of questions has fewer. */
  static final int LARGEST_RESULT = 64 << 20;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final Outbox outbox;
  private final int threads;
  private final Troubles troubles = new Troubles(LOG, "evaluation");

  /** So that an outage is told once. */
  private volatile boolean outage;

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
    try {
      Optional<Evaluation> running = QuarkusTransaction.requiringNew().call(Evaluation::running);
      if (running.isPresent()) {
        attempt(running.get(), this::observe);
      } else {
        QuarkusTransaction.requiringNew().call(Evaluation::pending).stream()
            .filter(pending -> troubles.isDue(pending.checkpointId()))
            .findFirst()
            .ifPresent(pending -> attempt(pending, this::launch));
      }
      outage = false;
    } catch (RuntimeException | Error e) {
      if (!outage) {
        LOG.warnf("Evaluations wait for the database: %s", Reason.of(e));
      }
      LOG.debug("Evaluations wait", e);
      outage = true;
    }
  }

  /** Keeps trouble with one evaluation from holding up the others. */
  private void attempt(Evaluation evaluation, Consumer<Evaluation> step) {
    String id = evaluation.checkpointId();
    try {
      step.accept(evaluation);
    } catch (RuntimeException | Error e) {
      if (Failure.ofOwnDatabase(e) == Failure.OUTAGE) {
        throw e;
      }
      if (troubles.met(id, e)) {
        QuarkusTransaction.requiringNew().run(() -> fail(fresh(evaluation), Reason.of(e)));
        troubles.over(id);
      } else {
        QuarkusTransaction.requiringNew().run(() -> fresh(evaluation).interrupted());
      }
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
        new LaunchRequest(name, List.of("evaluate", "--job", request.toString()), log, threads));
  }

  private void observe(Evaluation running) {
    JobStatus status = launcher.status(running.processName());
    if (status instanceof JobStatus.Running) {
      return;
    }
    Optional<EvaluationResult> result =
        stored(running, EvaluationTask.RESULT_FILE, EvaluationResult.class)
            .filter(r -> Objects.equals(r.checkpoint(), running.checkpoint()))
            .filter(r -> Objects.equals(r.evaluation(), running.spec()))
            .filter(r -> r.metrics() != null && r.questions() != null);
    Optional<String> refusal =
        stored(running, EvaluationTask.FAILURE_FILE, EvaluationFailure.class)
            .map(EvaluationFailure::reason);
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              Evaluation evaluation = fresh(running);
              if (result.isPresent()) {
                complete(evaluation, result.get());
              } else if (status instanceof JobStatus.Exited exited) {
                ended(evaluation, exited.code(), refusal);
              } else {
                LOG.infof(
                    "The process that evaluated %s is gone with an earlier run of this service; it starts again",
                    evaluation.checkpointId());
                evaluation.interrupted();
              }
            });
    troubles.over(running.checkpointId());
  }

  private void complete(Evaluation evaluation, EvaluationResult result) {
    String uri =
        artifacts.uri(evaluation.folderKey() + "/" + EvaluationTask.RESULT_FILE).toString();
    evaluation.succeeded(uri, result.metrics(), Instant.now());
    outbox.send(evaluation.completed());
    LOG.infof(
        "Checkpoint %s is evaluated in %.1f s: JSD %.3f",
        evaluation.checkpointId(), result.seconds(), result.metrics().get("jsd"));
  }

  /** Its process ended without a result that can be read. */
  private void ended(Evaluation evaluation, int code, Optional<String> refusal) {
    if (code == ExitCode.FAILED && refusal.isPresent()) {
      fail(evaluation, refusal.get());
      return;
    }
    evaluation.failures++;
    String reason =
        String.format(
            Locale.ROOT,
            "its process ended with code %d%s; see %s",
            code,
            meaning(code),
            artifacts.uri(evaluation.folderKey() + "/" + LOG_FILE));
    if (evaluation.failures >= TRIES) {
      fail(evaluation, reason + " (tried " + TRIES + " times)");
    } else {
      LOG.warnf("Checkpoint %s: %s; it is tried again", evaluation.checkpointId(), reason);
      evaluation.interrupted();
    }
  }

  private static String meaning(int code) {
    return switch (code) {
      case ExitCode.HEAP_EXHAUSTED -> " (it ran out of Java heap; raise gdpo.launcher.heap)";
      case ExitCode.DONE, ExitCode.FAILED -> ", but what it left cannot be read";
      default -> "";
    };
  }

  private void fail(Evaluation evaluation, String reason) {
    evaluation.failed(reason, Instant.now());
    outbox.send(
        new EvaluationFailed(
            evaluation.checkpointId(), evaluation.experiment, evaluation.stage, reason));
    LOG.warnf(
        "Checkpoint %s cannot be evaluated: %s", evaluation.checkpointId(), Reason.clean(reason));
  }

  private static Evaluation fresh(Evaluation evaluation) {
    return Evaluation.ofCheckpoint(evaluation.checkpointId()).orElseThrow();
  }

  /** What a process left; empty if there is none, or none that can be read: both are no result. */
  private <T> Optional<T> stored(Evaluation evaluation, String file, Class<T> type) {
    URI uri = artifacts.uri(evaluation.folderKey() + "/" + file);
    if (!artifacts.exists(uri)) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(Json.EVENTS.readValue(artifacts.read(uri, LARGEST_RESULT), type));
    } catch (IOException | UncheckedIOException e) {
      LOG.warnf("%s is not what was expected there: %s", uri, Reason.of(e));
      return Optional.empty();
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
