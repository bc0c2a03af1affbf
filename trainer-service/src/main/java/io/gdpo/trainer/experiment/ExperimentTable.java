package io.gdpo.trainer.experiment;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.problem.Page;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The rows in the service's database. */
@ApplicationScoped
class ExperimentTable implements ExperimentStore {

  @Override
  public Optional<Experiment> experiment(String name) {
    return Experiment.findByIdOptional(name);
  }

  @Override
  public void add(Experiment experiment) {
    experiment.persist();
  }

  @Override
  public List<Experiment> newestFirst(Page page) {
    return Experiment.<Experiment>find("order by submittedAt desc, name")
        .range(page.offset(), page.offset() + page.limit() - 1)
        .list();
  }

  @Override
  public List<String> waitingFor(String datasetId) {
    return Experiment.find(
            "select name from Experiment where datasetId = ?1 and status = ?2 order by name",
            datasetId,
            ExperimentStatus.WAITING_FOR_DATASET)
        .project(String.class)
        .list();
  }

  @Override
  public Optional<Stage> stage(String experiment, String name) {
    return Stage.findByIdOptional(Stage.id(experiment, name));
  }

  @Override
  public void add(Stage stage) {
    stage.persist();
  }

  @Override
  public List<Stage> stages(String experiment) {
    return Stage.list("experiment = ?1 order by ordinal", experiment);
  }

  @Override
  public List<Stage> stages(Collection<String> experiments) {
    return Stage.list("experiment in ?1 order by experiment, ordinal", experiments);
  }

  @Override
  public void forgetStages(String experiment) {
    Stage.delete("experiment", experiment);
  }

  @Override
  public Optional<String> experimentOfCheckpoint(String checkpointId) {
    return Stage.find("select experiment from Stage where checkpointId = ?1", checkpointId)
        .project(String.class)
        .firstResultOptional();
  }

  @Override
  public Optional<Stage> stageOfCheckpoint(String checkpointId) {
    return Stage.find("checkpointId", checkpointId).firstResultOptional();
  }

  @Override
  public Optional<String> readyDataset(String id) {
    return ReadyDataset.<ReadyDataset>findByIdOptional(id).map(dataset -> dataset.uri);
  }

  @Override
  public void datasetIsReady(String id, String uri) {
    ReadyDataset dataset =
        ReadyDataset.<ReadyDataset>findByIdOptional(id).orElseGet(ReadyDataset::new);
    dataset.id = id;
    dataset.uri = uri;
    dataset.persist();
  }

  @Override
  public void datasetIsGone(String id) {
    ReadyDataset.deleteById(id);
  }
}
