package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The dataset that an experiment trains on: one that is there, or one to be built for it. */
final class ExperimentDataset {
  private static final int DATASET_NAME_PART = 54;

  private ExperimentDataset() {}

  /**
   * Where a dataset lies that is there.
   *
   * @throws InvalidSpecException if it is not
   */
  static String existing(ExperimentStore store, String id) {
    return store
        .readyDataset(id)
        .orElseThrow(
            () ->
                new InvalidSpecException(
                    List.of(
                        new SpecProblem(
                            "dataset.id",
                            "no dataset '"
                                + id
                                + "' is ready; build it first (POST /datasets of"
                                + " dataset-service), or give survey or examples instead"))));
  }

  /**
   * Asks for an experiment's dataset: one for one content, or its own if that is not known. Of a
   * source with revisions it is the one that the plan read, wherever a branch has gone since.
   */
  static DatasetRequested request(Experiment experiment, Optional<ExperimentPlan> plan) {
    ExperimentSpec spec =
        plan.map(ExperimentPlan::sourceAddress)
            .map(experiment.spec.dataset()::withSource)
            .map(experiment.spec::withDataset)
            .orElse(experiment.spec);
    Optional<String> sha256 = plan.map(ExperimentPlan::sourceSha256);
    return new DatasetRequested(
        sha256.map(spec.dataset()::idFor).orElseGet(() -> newId(experiment.name)),
        toBuild(spec),
        experiment.name,
        sha256.orElse(null));
  }

  /** The dataset to build; its card counts tokens as the model will see them. */
  private static DatasetSpec toBuild(ExperimentSpec spec) {
    DatasetSpec dataset = spec.dataset();
    return dataset.tokenizer() != null ? dataset : dataset.withTokenizer(tokenizerOf(spec.model()));
  }

  /** The model's tokenizer; null for a model of the Hub, which only its job downloads. */
  private static String tokenizerOf(ModelSpec model) {
    if (model.init() != null) {
      return model.init().tokenizer();
    }
    return model.path() == null ? null : model.path().replaceFirst("/*$", "/tokenizer.json");
  }

  /** Of a dataset of its own, for what is in its source is not known. */
  private static String newId(String experiment) {
    String readable =
        experiment.length() > DATASET_NAME_PART
            ? experiment.substring(0, DATASET_NAME_PART)
            : experiment;
    return readable + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
