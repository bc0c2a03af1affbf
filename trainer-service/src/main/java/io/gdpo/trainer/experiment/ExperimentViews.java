package io.gdpo.trainer.experiment;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageEvaluation;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.contracts.view.JobView;
import io.gdpo.platform.problem.Page;
import io.gdpo.trainer.job.Jobs;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is told about experiments: their own state, their stages', and their jobs'. */
@ApplicationScoped
class ExperimentViews {
  private final ExperimentStore store;
  private final Jobs jobs;
  private final PlanWork plans;

  ExperimentViews(ExperimentStore store, Jobs jobs, PlanWork plans) {
    this.store = store;
    this.jobs = jobs;
    this.plans = plans;
  }

  @Transactional
  Optional<ExperimentView> named(String name) {
    return store.experiment(name).map(this::of);
  }

  /** A page of all experiments, the newest first; reads no file. */
  @Transactional
  List<ExperimentView> page(Page page) {
    List<Experiment> experiments = store.newestFirst(page);
    Map<String, List<Stage>> stages =
        store.stages(experiments.stream().map(e -> e.name).toList()).stream()
            .collect(Collectors.groupingBy(s -> s.experiment));
    Map<String, JobView> views =
        jobs.views(jobIds(stages.values().stream().flatMap(List::stream).toList()));
    Map<String, String> waiting = planWaitsFor(experiments);
    return experiments.stream()
        .map(e -> view(e, stages.get(e.name), views, waiting.get(e.name)))
        .toList();
  }

  /** One experiment, with the progress that its jobs have written by now. */
  ExperimentView of(Experiment experiment) {
    List<Stage> stages = store.stages(experiment.name);
    Map<String, JobView> views =
        jobIds(stages).stream()
            .flatMap(id -> jobs.view(id).stream())
            .collect(Collectors.toMap(JobView::id, view -> view));
    return view(experiment, stages, views, planWaitsFor(List.of(experiment)).get(experiment.name));
  }

  /** What keeps plans from getting on, by their experiment. */
  private Map<String, String> planWaitsFor(List<Experiment> experiments) {
    return plans.waitsFor(
        experiments.stream()
            .filter(e -> e.status == ExperimentStatus.PLANNING)
            .map(e -> e.name)
            .toList());
  }

  private static List<String> jobIds(List<Stage> stages) {
    return stages.stream().map(s -> s.jobId).filter(Objects::nonNull).toList();
  }

  private static ExperimentView view(
      Experiment experiment, List<Stage> stages, Map<String, JobView> jobs, String planWaitsFor) {
    return new ExperimentView(
        experiment.name,
        experiment.status,
        experiment.reason,
        experiment.owner,
        experiment.submittedAt,
        experiment.finishedAt,
        experiment.datasetId,
        experiment.datasetUri,
        experiment.suspended ? true : null,
        planWaitsFor,
        stages.stream().map(s -> view(s, Optional.ofNullable(s.jobId).map(jobs::get))).toList());
  }

  private static StageView view(Stage stage, Optional<JobView> job) {
    return new StageView(
        stage.name,
        stage.parent,
        stage.loss,
        stage.jobId,
        stage.status == StageStatus.RELEASED
            ? StageState.valueOf(job.orElseThrow().status().name())
            : StageState.valueOf(stage.status.name()),
        stage.reason,
        job.map(JobView::attempts).orElse(0),
        job.map(JobView::progress).orElse(null),
        job.map(JobView::waitsFor).orElse(null),
        stage.evaluationStatus == EvaluationStatus.NONE
            ? null
            : new StageEvaluation(
                io.gdpo.contracts.state.EvaluationStatus.valueOf(stage.evaluationStatus.name()),
                stage.evaluationReason,
                stage.checkpointId,
                stage.evaluationMetrics,
                stage.evaluationUri));
  }
}
