package io.gdpo.trainer.experiment;

import io.gdpo.platform.problem.Page;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * The rows of experiments, their stages and the datasets that are ready. What is found in a
 * transaction is changed in place, and the change becomes true with the transaction.
 */
interface ExperimentStore {
  Optional<Experiment> experiment(String name);

  void add(Experiment experiment);

  List<Experiment> newestFirst(Page page);

  /** Names of the experiments that wait for a dataset, in their order. */
  List<String> waitingFor(String datasetId);

  Optional<Stage> stage(String experiment, String name);

  void add(Stage stage);

  /** The stages of an experiment in the order of its specification. */
  List<Stage> stages(String experiment);

  /** The stages of experiments, each experiment's in the order of its specification. */
  List<Stage> stages(Collection<String> experiments);

  /** An experiment of this name is another one from now on. */
  void forgetStages(String experiment);

  /** The experiment whose stage left this checkpoint. */
  Optional<String> experimentOfCheckpoint(String checkpointId);

  Optional<Stage> stageOfCheckpoint(String checkpointId);

  /** Where a dataset lies that can be trained on. */
  Optional<String> readyDataset(String id);

  void datasetIsReady(String id, String uri);

  void datasetIsGone(String id);
}
