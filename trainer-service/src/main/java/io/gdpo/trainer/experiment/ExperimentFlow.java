package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.JobStatus;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.work.Works;
import io.gdpo.trainer.job.ExperimentLock;
import io.gdpo.trainer.job.JobEnded;
import io.gdpo.trainer.job.JobFolders;
import io.gdpo.trainer.job.JobPlan;
import io.gdpo.trainer.job.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * How an experiment goes on: plan, dataset, stages as jobs, their checkpoints' evaluations, end.
 * Every change is made under the experiment's lock, together with the events that tell of it; what
 * comes after an end is ignored.
 */
@ApplicationScoped
public class ExperimentFlow {
  private static final Logger LOG = Logger.getLogger(ExperimentFlow.class);

  private final ExperimentStore store;
  private final ExperimentLock lock;
  private final Outbox outbox;
  private final Jobs jobs;
  private final JobFolders folders;

  ExperimentFlow(
      ExperimentStore store, ExperimentLock lock, Outbox outbox, Jobs jobs, JobFolders folders) {
    this.store = store;
    this.lock = lock;
    this.outbox = outbox;
    this.jobs = jobs;
    this.folders = folders;
  }

  /**
   * Nothing speaks against it: its dataset is next, the one that all who ask for this content have
   * if its plan knows that; the caller holds the experiment's lock.
   */
  void planned(Experiment experiment, Optional<ExperimentPlan> plan) {
    if (experiment.spec.dataset().id() == null) {
      DatasetRequested request = ExperimentDataset.request(experiment, plan);
      experiment.datasetId = request.datasetId();
      experiment.status = ExperimentStatus.WAITING_FOR_DATASET;
      outbox.send(request);
    } else {
      begin(experiment, ExperimentDataset.existing(store, experiment.datasetId));
    }
  }

  /** It cannot be done; the caller holds the experiment's lock. */
  void fail(Experiment experiment, String reason) {
    store.stages(experiment.name).forEach(stage -> stage.end(StageStatus.FAILED, reason));
    finish(experiment, ExperimentStatus.FAILED, Optional.of(reason));
  }

  /** What it was waiting for was ended on request; the caller holds the experiment's lock. */
  void cancelled(Experiment experiment) {
    experiment.cancelRequested = true;
    experiment.status = ExperimentStatus.RUNNING;
    advance(experiment);
  }

  private void begin(Experiment experiment, String datasetUri) {
    experiment.datasetUri = datasetUri;
    experiment.status = ExperimentStatus.RUNNING;
    advance(experiment);
  }

  /** It had failed and is asked for again, with its dataset; the caller holds its lock. */
  void resume(Experiment experiment) {
    for (Stage stage : store.stages(experiment.name)) {
      if (stage.status == StageStatus.FAILED) {
        stage.beginAgain();
      } else if (stage.evaluationStatus == EvaluationStatus.FAILED) {
        jobs.result(stage.jobId)
            .ifPresentOrElse(
                result -> announceCheckpoint(experiment, stage, specOf(experiment, stage), result),
                stage::beginAgain);
      }
    }
    advance(experiment);
  }

  /** A dataset can be trained on: experiments that wait for it begin. */
  @Transactional
  void datasetReady(DatasetReady ready) {
    store.datasetIsReady(ready.datasetId(), ready.uri());
    whereWaiting(ready.datasetId(), experiment -> begin(experiment, ready.uri()));
  }

  /** A dataset cannot be built: experiments that wait for it fail. */
  @Transactional
  void datasetFailed(DatasetFailed failed) {
    String reason = "dataset '" + failed.datasetId() + "' could not be built: " + failed.reason();
    whereWaiting(
        failed.datasetId(),
        experiment -> {
          if (experiment.cancelRequested) {
            cancelled(experiment);
          } else {
            fail(experiment, reason);
          }
        });
  }

  /** An experiment that waited for a dataset does not get it any more: it is over. */
  @Transactional
  void datasetCancelled(DatasetCancelled cancelled) {
    whereWaiting(
        cancelled.datasetId(),
        experiment -> {
          if (experiment.name.equals(cancelled.requestedBy())) {
            cancelled(experiment);
          }
        });
  }

  @Transactional
  void evaluationCompleted(EvaluationCompleted completed) {
    whereEvaluating(
        completed.evaluationId(),
        stage -> {
          stage.evaluationStatus = EvaluationStatus.SUCCEEDED;
          stage.evaluationMetrics = completed.metrics();
          stage.evaluationUri = completed.uri();
        });
  }

  @Transactional
  void evaluationFailed(EvaluationFailed failed) {
    whereEvaluating(
        failed.evaluationId(),
        stage -> {
          stage.evaluationStatus = EvaluationStatus.FAILED;
          stage.evaluationReason = failed.reason();
        });
  }

  @Transactional
  void evaluationCancelled(EvaluationCancelled cancelled) {
    whereEvaluating(
        cancelled.evaluationId(),
        stage -> {
          stage.evaluationStatus = EvaluationStatus.CANCELLED;
          stage.evaluationReason = cancelled.reason();
        });
  }

  /** A stage's job ended, in this transaction, under this experiment's lock. */
  void jobEnded(@Observes JobEnded ended) {
    Experiment experiment = store.experiment(ended.experiment()).orElseThrow();
    Stage stage = store.stage(ended.experiment(), ended.stage()).orElseThrow();
    stage.end(
        switch (ended.status()) {
          case SUCCEEDED -> StageStatus.SUCCEEDED;
          case FAILED -> StageStatus.FAILED;
          case CANCELLED -> StageStatus.CANCELLED;
          case QUEUED, RUNNING -> throw new IllegalArgumentException(ended + " is no end");
        },
        ended.reason().orElse(null));
    StageSpec spec = specOf(experiment, stage);
    if (ended.status() == JobStatus.SUCCEEDED && spec.evaluate() && !experiment.cancelRequested) {
      announceCheckpoint(experiment, stage, spec, ended.result().orElseThrow());
    }
    advance(experiment);
  }

  /** Does what can be done now; the caller holds the experiment's lock. */
  void advance(Experiment experiment) {
    if (experiment.status != ExperimentStatus.RUNNING) {
      return;
    }
    List<Stage> stages = store.stages(experiment.name);
    StageGraph graph = new StageGraph(stages.stream().map(Stage::node).toList());
    StageGraph.Decision decision =
        experiment.cancelRequested ? graph.cancelled(Works.CANCELLED) : graph.next();
    Map<String, Stage> byName = stages.stream().collect(Collectors.toMap(s -> s.name, s -> s));
    decision.endings().forEach(e -> byName.get(e.stage()).end(e.status(), e.reason()));
    decision.releases().forEach(name -> release(experiment, byName.get(name), byName));
    decision.conclusion().ifPresent(c -> finish(experiment, c.status(), c.reason()));
  }

  private void release(Experiment experiment, Stage stage, Map<String, Stage> byName) {
    ExperimentSpec spec = experiment.spec;
    StageSpec stageSpec = specOf(experiment, stage);
    String parentModel =
        stage.parent == null ? null : folders.bestModelUri(byName.get(stage.parent).jobId);
    boolean comparing = stageSpec.training().loss().needs(Loss.Need.REFERENCE);
    String start = parentModel == null ? spec.model().path() : parentModel;
    stage.status = StageStatus.RELEASED;
    stage.jobId =
        jobs.queue(
            experiment.name,
            experiment.owner,
            stage.name,
            new JobPlan(
                spec.seed(),
                experiment.datasetUri,
                parentModel == null ? spec.model() : null,
                parentModel,
                comparing ? start : null,
                stageSpec.training(),
                stage.memoryBytes,
                stageSpec.pool()),
            experiment.suspended);
  }

  private void announceCheckpoint(
      Experiment experiment, Stage stage, StageSpec spec, TrainingResult result) {
    CheckpointKind kind = experiment.spec.evaluation().checkpoint();
    boolean best = kind == CheckpointKind.BEST;
    Checkpoint checkpoint =
        new Checkpoint(
            stage.jobId + "-" + kind.label(),
            stage.jobId,
            experiment.name,
            stage.name,
            stage.loss,
            kind,
            best && result.bestStep() != null ? result.bestStep() : result.step(),
            best ? result.bestUri() : result.finalUri(),
            result.referenceUri(),
            experiment.datasetUri,
            folders.progress(stage.jobId).folder().toString(),
            spec.training().beta(),
            result.maxLength(),
            result.maxPromptLength());
    stage.awaitsEvaluation(checkpoint.id());
    outbox.send(new CheckpointSaved(checkpoint, experiment.spec.evaluation()));
  }

  private void finish(Experiment experiment, ExperimentStatus status, Optional<String> reason) {
    experiment.status = status;
    experiment.reason = reason.orElse(null);
    experiment.finishedAt = Instant.now();
    outbox.send(new ExperimentFinished(experiment.name, status, experiment.reason));
    LOG.infof(
        "Experiment '%s' ended: %s%s",
        experiment.name, status, reason.map(r -> ", " + r).orElse(""));
  }

  private void whereWaiting(String datasetId, Consumer<Experiment> change) {
    for (String name : store.waitingFor(datasetId)) {
      lock.take(name);
      Experiment experiment = store.experiment(name).orElseThrow();
      if (experiment.status == ExperimentStatus.WAITING_FOR_DATASET) {
        change.accept(experiment);
      }
    }
  }

  /** The evaluation that a stage waits for has its checkpoint's id. */
  private void whereEvaluating(String evaluationId, Consumer<Stage> change) {
    Optional<String> name = store.experimentOfCheckpoint(evaluationId);
    if (name.isEmpty()) {
      LOG.debugf("Evaluation '%s' is not one that an experiment waits for", evaluationId);
      return;
    }
    lock.take(name.get());
    Experiment experiment = store.experiment(name.get()).orElseThrow();
    Stage stage = store.stageOfCheckpoint(evaluationId).orElseThrow();
    if (!experiment.status.isTerminal() && stage.evaluationStatus == EvaluationStatus.PENDING) {
      change.accept(stage);
      advance(experiment);
    }
  }

  private static StageSpec specOf(Experiment experiment, Stage stage) {
    return experiment.spec.stages().get(stage.ordinal);
  }
}
