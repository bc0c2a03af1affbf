package io.gdpo.trainer.experiment;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.work.SimulatedTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The rows of experiments in memory. As with Hibernate, what a transaction finds is a copy of its
 * own, the same one however often it is found, and what was changed in it is written at the commit.
 */
final class SimulatedExperiments implements ExperimentStore, SimulatedTable.Beside {
  private Map<String, Experiment> experiments = new TreeMap<>();
  private Map<String, Stage> stages = new TreeMap<>();
  private Map<String, String> datasets = new TreeMap<>();
  private Map<String, Experiment> experimentsBefore;
  private Map<String, Stage> stagesBefore;
  private Map<String, String> datasetsBefore;
  private boolean open;

  /** Whether the transaction has its copies: it takes them when it first looks. */
  private boolean copied;

  @Override
  public void begin() {
    open = true;
    copied = false;
  }

  private void look() {
    if (!open || copied) {
      return;
    }
    copied = true;
    experimentsBefore = experiments;
    stagesBefore = stages;
    datasetsBefore = datasets;
    experiments = new TreeMap<>(experiments);
    experiments.replaceAll((name, row) -> copy(row));
    stages = new TreeMap<>(stages);
    stages.replaceAll((id, row) -> copy(row));
    datasets = new TreeMap<>(datasets);
  }

  @Override
  public void commit() {
    open = false;
  }

  @Override
  public void rollBack() {
    if (copied) {
      experiments = experimentsBefore;
      stages = stagesBefore;
      datasets = datasetsBefore;
    }
    open = false;
  }

  List<Experiment> all() {
    return List.copyOf(experiments.values());
  }

  @Override
  public Optional<Experiment> experiment(String name) {
    look();
    return Optional.ofNullable(experiments.get(name));
  }

  @Override
  public void add(Experiment experiment) {
    look();
    experiments.put(experiment.name, experiment);
  }

  @Override
  public List<Experiment> newestFirst(Page page) {
    look();
    return all().stream().skip(page.offset()).limit(page.limit()).toList();
  }

  @Override
  public List<String> waitingFor(String datasetId) {
    look();
    return experiments.values().stream()
        .filter(experiment -> datasetId.equals(experiment.datasetId))
        .filter(experiment -> experiment.status == ExperimentStatus.WAITING_FOR_DATASET)
        .map(experiment -> experiment.name)
        .toList();
  }

  @Override
  public Optional<Stage> stage(String experiment, String name) {
    look();
    return Optional.ofNullable(stages.get(Stage.id(experiment, name)));
  }

  @Override
  public void add(Stage stage) {
    look();
    if (stages.putIfAbsent(stage.id, stage) != null) {
      throw new IllegalStateException("duplicate key " + stage.id);
    }
  }

  @Override
  public List<Stage> stages(String experiment) {
    look();
    return stages(stage -> stage.experiment.equals(experiment));
  }

  @Override
  public List<Stage> stages(Collection<String> ofExperiments) {
    look();
    return stages(stage -> ofExperiments.contains(stage.experiment));
  }

  @Override
  public void forgetStages(String experiment) {
    look();
    stages.values().removeIf(stage -> stage.experiment.equals(experiment));
  }

  @Override
  public Optional<String> experimentOfCheckpoint(String checkpointId) {
    look();
    return stageOfCheckpoint(checkpointId).map(stage -> stage.experiment);
  }

  @Override
  public Optional<Stage> stageOfCheckpoint(String checkpointId) {
    look();
    return stages(stage -> checkpointId.equals(stage.checkpointId)).stream().findFirst();
  }

  @Override
  public Optional<String> readyDataset(String id) {
    look();
    return Optional.ofNullable(datasets.get(id));
  }

  @Override
  public void datasetIsReady(String id, String uri) {
    look();
    datasets.put(id, uri);
  }

  @Override
  public void datasetIsGone(String id) {
    look();
    datasets.remove(id);
  }

  private List<Stage> stages(Predicate<Stage> wanted) {
    List<Stage> found = new ArrayList<>(stages.values());
    found.removeIf(wanted.negate());
    found.sort(Comparator.comparing((Stage s) -> s.experiment).thenComparing(s -> s.ordinal));
    return found;
  }

  private static Experiment copy(Experiment row) {
    Experiment copy = new Experiment();
    copy.name = row.name;
    copy.spec = row.spec;
    copy.status = row.status;
    copy.reason = row.reason;
    copy.cancelRequested = row.cancelRequested;
    copy.suspended = row.suspended;
    copy.datasetId = row.datasetId;
    copy.datasetUri = row.datasetUri;
    copy.submittedAt = row.submittedAt;
    copy.finishedAt = row.finishedAt;
    return copy;
  }

  private static Stage copy(Stage row) {
    Stage copy = new Stage();
    copy.id = row.id;
    copy.experiment = row.experiment;
    copy.ordinal = row.ordinal;
    copy.name = row.name;
    copy.parent = row.parent;
    copy.loss = row.loss;
    copy.status = row.status;
    copy.reason = row.reason;
    copy.memoryBytes = row.memoryBytes;
    copy.jobId = row.jobId;
    copy.checkpointId = row.checkpointId;
    copy.evaluationStatus = row.evaluationStatus;
    copy.evaluationReason = row.evaluationReason;
    copy.evaluationMetrics = row.evaluationMetrics;
    copy.evaluationUri = row.evaluationUri;
    return copy;
  }
}
