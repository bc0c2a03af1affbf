package io.gdpo.trainer.experiment;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.trainer.job.ExperimentLock;
import io.gdpo.trainer.job.JobEnded;
import io.gdpo.trainer.job.JobPlan;
import io.gdpo.trainer.job.JobStatus;
import io.gdpo.trainer.job.Jobs;
import io.gdpo.trainer.launch.JobFolders;
import io.gdpo.trainer.launch.TrainingLauncher;
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
 * The life of experiments: takes them in, asks for their datasets, releases their stages as jobs,
 * announces checkpoints and says when all is over. Every change is made under the experiment's
 * lock, together with the events that tell of it; what comes after an end is ignored.
 */
@ApplicationScoped
public class Experiments {
  private static final Logger LOG = Logger.getLogger(Experiments.class);
  private static final String CANCELLED = "cancelled on request";

  private final ExperimentLock lock;
  private final Outbox outbox;
  private final Jobs jobs;
  private final JobFolders folders;
  private final TrainingLauncher processes;
  private final ExperimentViews views;

  Experiments(
      ExperimentLock lock,
      Outbox outbox,
      Jobs jobs,
      JobFolders folders,
      TrainingLauncher processes,
      ExperimentViews views) {
    this.lock = lock;
    this.outbox = outbox;
    this.jobs = jobs;
    this.folders = folders;
    this.processes = processes;
    this.views = views;
  }

  /**
   * What came of a submission.
   *
   * @param created false if the same experiment was there already
   */
  record Submission(ExperimentView experiment, boolean created) {}

  /**
   * Takes an experiment in, once: the same specification under the same name changes nothing,
   * unless the experiment has failed. Then what failed is done again, and what succeeded is kept.
   *
   * @param ofModel why its model cannot be trained: it has failed then, and asks for no dataset
   * @throws InvalidSpecException with every problem of the specification
   * @throws ProblemException if the name stands for another specification
   */
  @Transactional
  Submission submit(ExperimentSpec spec, List<SpecProblem> ofModel) {
    spec.checked();
    lock.take(spec.name());
    Optional<Experiment> known = Experiment.named(spec.name());
    if (known.isPresent()) {
      return known(known.get(), spec, ofModel);
    }
    Experiment experiment = new Experiment();
    experiment.name = spec.name();
    experiment.spec = spec;
    experiment.submittedAt = Instant.now();
    if (spec.dataset().id() == null) {
      waitForDataset(experiment);
      if (ofModel.isEmpty()) {
        requestDataset(experiment);
      }
    } else {
      ReadyDataset dataset = ExperimentDataset.existing(spec.dataset().id());
      experiment.status = ExperimentStatus.RUNNING;
      experiment.datasetId = dataset.id;
      experiment.datasetUri = dataset.uri;
    }
    experiment.persist();
    for (int i = 0; i < spec.stages().size(); i++) {
      Stage.pending(spec.name(), i, spec.stages().get(i)).persist();
    }
    LOG.infof("Experiment '%s' taken in; dataset '%s'", spec.name(), experiment.datasetId);
    if (ofModel.isEmpty()) {
      advance(experiment);
    } else {
      fail(experiment, reason(ofModel));
    }
    return new Submission(views.of(experiment), true);
  }

  private static void waitForDataset(Experiment experiment) {
    experiment.status = ExperimentStatus.WAITING_FOR_DATASET;
    experiment.datasetId = ExperimentDataset.newId(experiment.name);
  }

  private void requestDataset(Experiment experiment) {
    outbox.send(
        new DatasetRequested(
            experiment.datasetId, ExperimentDataset.toBuild(experiment.spec), experiment.name));
  }

  private Submission known(Experiment known, ExperimentSpec submitted, List<SpecProblem> ofModel) {
    if (!known.spec.equals(submitted)) {
      throw ProblemException.conflict(
          "There is an experiment '"
              + known.name
              + "' with another specification; give this one another name");
    }
    if (known.status == ExperimentStatus.FAILED && ofModel.isEmpty()) {
      begunAgain(known);
    }
    return new Submission(views.of(known), false);
  }

  /** Its cause may be mended: failed stages wait for their turns anew. */
  private void begunAgain(Experiment experiment) {
    LOG.infof("Experiment '%s' had failed and is asked for again", experiment.name);
    experiment.reason = null;
    experiment.finishedAt = null;
    experiment.status = ExperimentStatus.RUNNING;
    if (experiment.datasetUri == null) {
      waitForDataset(experiment);
      requestDataset(experiment);
    }
    for (Stage stage : Stage.of(experiment.name)) {
      if (stage.status == StageStatus.FAILED) {
        stage.beginAgain();
      } else if (stage.evaluationStatus == EvaluationStatus.FAILED) {
        processes
            .result(stage.jobId)
            .ifPresentOrElse(
                result -> announceCheckpoint(experiment, stage, specOf(experiment, stage), result),
                stage::beginAgain);
      }
    }
    advance(experiment);
  }

  /**
   * Stops an experiment: no stage starts any more, running jobs are stopped; it is over when their
   * processes are gone.
   *
   * @throws ProblemException if it has succeeded or failed
   */
  @Transactional
  Optional<ExperimentView> cancel(String name) {
    lock.take(name);
    Optional<Experiment> known = Experiment.named(name);
    known.ifPresent(
        experiment -> {
          if (experiment.status == ExperimentStatus.SUCCEEDED
              || experiment.status == ExperimentStatus.FAILED) {
            throw ProblemException.conflict(
                "Experiment '"
                    + name
                    + "' has ended as "
                    + experiment.status
                    + "; there is nothing to cancel");
          }
          if (!experiment.cancelRequested) {
            experiment.cancelRequested = true;
            for (Stage stage : Stage.of(name)) {
              if (stage.status == StageStatus.RELEASED) {
                jobs.cancel(stage.jobId, CANCELLED);
              }
            }
            advance(experiment);
          }
        });
    return known.map(views::of);
  }

  /**
   * Fails an experiment whose model turned out not to be trainable, if it still waits for its
   * dataset; a job that runs finds the same by itself.
   */
  @Transactional
  void refuse(String name, List<SpecProblem> ofModel) {
    if (ofModel.isEmpty()) {
      return;
    }
    lock.take(name);
    Experiment.named(name)
        .filter(experiment -> experiment.status == ExperimentStatus.WAITING_FOR_DATASET)
        .ifPresent(experiment -> fail(experiment, reason(ofModel)));
  }

  private static String reason(List<SpecProblem> problems) {
    return Reason.clean(
        problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
  }

  private void fail(Experiment experiment, String reason) {
    Stage.of(experiment.name).forEach(stage -> stage.end(StageStatus.FAILED, reason));
    finish(experiment, ExperimentStatus.FAILED, Optional.of(reason));
  }

  /** A dataset can be trained on: experiments that wait for it begin. */
  @Transactional
  void datasetReady(DatasetReady ready) {
    ReadyDataset dataset = ReadyDataset.named(ready.datasetId()).orElseGet(ReadyDataset::new);
    dataset.id = ready.datasetId();
    dataset.uri = ready.uri();
    dataset.persist();
    whereWaiting(
        ready.datasetId(),
        experiment -> {
          experiment.datasetUri = ready.uri();
          experiment.status = ExperimentStatus.RUNNING;
          advance(experiment);
        });
  }

  /** A dataset cannot be built: experiments that wait for it fail. */
  @Transactional
  void datasetFailed(DatasetFailed failed) {
    String reason = "dataset '" + failed.datasetId() + "' could not be built: " + failed.reason();
    whereWaiting(failed.datasetId(), experiment -> fail(experiment, reason));
  }

  @Transactional
  void evaluationCompleted(EvaluationCompleted completed) {
    whereEvaluating(
        completed.checkpointId(),
        stage -> {
          stage.evaluationStatus = EvaluationStatus.SUCCEEDED;
          stage.evaluationMetrics = completed.metrics();
          stage.evaluationUri = completed.uri();
        });
  }

  @Transactional
  void evaluationFailed(EvaluationFailed failed) {
    whereEvaluating(
        failed.checkpointId(),
        stage -> {
          stage.evaluationStatus = EvaluationStatus.FAILED;
          stage.evaluationReason = failed.reason();
        });
  }

  /** A stage's job ended, in this transaction, under this experiment's lock. */
  void jobEnded(@Observes JobEnded ended) {
    Experiment experiment = Experiment.named(ended.experiment()).orElseThrow();
    Stage stage = Stage.named(ended.experiment(), ended.stage()).orElseThrow();
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

  private void advance(Experiment experiment) {
    if (experiment.status.isTerminal()) {
      return;
    }
    List<Stage> stages = Stage.of(experiment.name);
    StageGraph graph = new StageGraph(stages.stream().map(Stage::node).toList());
    StageGraph.Decision decision =
        experiment.cancelRequested ? graph.cancelled(CANCELLED) : graph.next();
    Map<String, Stage> byName = stages.stream().collect(Collectors.toMap(s -> s.name, s -> s));
    decision.endings().forEach(e -> byName.get(e.stage()).end(e.status(), e.reason()));
    if (experiment.status == ExperimentStatus.RUNNING) {
      decision.releases().forEach(name -> release(experiment, byName.get(name), byName));
    }
    decision.conclusion().ifPresent(c -> finish(experiment, c.status(), c.reason()));
  }

  private void release(Experiment experiment, Stage stage, Map<String, Stage> byName) {
    ExperimentSpec spec = experiment.spec;
    StageSpec stageSpec = specOf(experiment, stage);
    String parentModel =
        stage.parent == null ? null : folders.bestModelUri(byName.get(stage.parent).jobId);
    boolean comparing =
        Loss.ofLabel(stageSpec.training().loss()).map(Loss::isPreference).orElse(false);
    String start = parentModel == null ? spec.model().path() : parentModel;
    stage.status = StageStatus.RELEASED;
    stage.jobId =
        jobs.queue(
            experiment.name,
            stage.name,
            new JobPlan(
                spec.seed(),
                experiment.datasetUri,
                parentModel == null ? spec.model() : null,
                parentModel,
                comparing ? start : null,
                stageSpec.training()));
  }

  private void announceCheckpoint(
      Experiment experiment, Stage stage, StageSpec spec, TrainingResult result) {
    boolean best = experiment.spec.evaluation().checkpoint().equals("best");
    Checkpoint checkpoint =
        new Checkpoint(
            stage.jobId + "-" + experiment.spec.evaluation().checkpoint(),
            stage.jobId,
            experiment.name,
            stage.name,
            stage.loss,
            experiment.spec.evaluation().checkpoint(),
            best && result.bestStep() != null ? result.bestStep() : result.step(),
            best ? result.bestUri() : result.finalUri(),
            result.referenceUri(),
            experiment.datasetUri,
            folders.of(stage.jobId).progress().toUri().toString(),
            spec.training().beta(),
            result.maxLength(),
            result.maxPromptLength());
    stage.checkpointId = checkpoint.id();
    stage.evaluationStatus = EvaluationStatus.PENDING;
    stage.evaluationReason = null;
    outbox.send(new CheckpointSaved(checkpoint, experiment.spec.evaluation()));
  }

  private void finish(Experiment experiment, ExperimentStatus status, Optional<String> reason) {
    experiment.status = status;
    experiment.reason = reason.orElse(null);
    experiment.finishedAt = Instant.now();
    outbox.send(new ExperimentFinished(experiment.name, status.name(), experiment.reason));
    LOG.infof(
        "Experiment '%s' ended: %s%s",
        experiment.name, status, reason.map(r -> ", " + r).orElse(""));
  }

  private void whereWaiting(String datasetId, Consumer<Experiment> change) {
    for (String name : Experiment.waitingFor(datasetId)) {
      lock.take(name);
      Experiment experiment = Experiment.named(name).orElseThrow();
      if (experiment.status == ExperimentStatus.WAITING_FOR_DATASET) {
        change.accept(experiment);
      }
    }
  }

  private void whereEvaluating(String checkpointId, Consumer<Stage> change) {
    Optional<String> name = Stage.experimentOfCheckpoint(checkpointId);
    if (name.isEmpty()) {
      LOG.debugf("Checkpoint '%s' is not one of an experiment's stages", checkpointId);
      return;
    }
    lock.take(name.get());
    Experiment experiment = Experiment.named(name.get()).orElseThrow();
    Stage stage = Stage.ofCheckpoint(checkpointId).orElseThrow();
    if (!experiment.status.isTerminal() && stage.evaluationStatus == EvaluationStatus.PENDING) {
      change.accept(stage);
      advance(experiment);
    }
  }

  private static StageSpec specOf(Experiment experiment, Stage stage) {
    return experiment.spec.stages().get(stage.ordinal);
  }
}
