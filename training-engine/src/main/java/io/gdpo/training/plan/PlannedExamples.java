package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.NotWrittenYetException;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.training.model.ModelSource;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the stages of an experiment will learn from and be selected by: of its dataset, or, before
 * that is built, of what it will be built of.
 *
 * @param unknown why there is neither; empty if there is
 * @param later whether they will be there once the dataset is built
 */
record PlannedExamples(
    List<PreferenceExample> train,
    List<PreferenceExample> eval,
    Optional<String> unknown,
    boolean later) {

  /** Reads them. That they cannot be had now is no problem here: the build will say so. */
  static PlannedExamples of(PlanTask task, ExampleSource source) {
    if (task.datasetUri() == null && task.spec().dataset().id() != null) {
      return unknown("the dataset is named by its id, and where it lies was not told");
    }
    List<PreferenceExample> train = new ArrayList<>();
    List<PreferenceExample> eval = new ArrayList<>();
    try {
      if (task.datasetUri() != null) {
        Path folder = ModelSource.fetch(ArtifactUri.of(task.datasetUri()));
        train.addAll(PreferenceDataset.read(folder, Split.TRAIN));
        eval.addAll(PreferenceDataset.read(folder, Split.EVAL));
      } else {
        source.read(
            task.spec().dataset(),
            Artifacts.at(URI.create(task.artifacts())),
            (split, example) -> {
              if (split != Split.TEST) {
                (split == Split.TRAIN ? train : eval).add(example);
              }
            });
      }
    } catch (NotWrittenYetException e) {
      return new PlannedExamples(List.of(), List.of(), Optional.of(Reason.of(e)), true);
    } catch (SourceException | PreferenceDataException | ArtifactMissingException e) {
      return unknown(
          (task.datasetUri() == null
                  ? "the dataset is not built yet, and what it is built of cannot be read: "
                  : "the dataset cannot be read: ")
              + Reason.of(e));
    }
    return train.isEmpty() || eval.isEmpty()
        ? unknown("there are none to learn from or to be selected by")
        : new PlannedExamples(train, eval, Optional.empty(), false);
  }

  private static PlannedExamples unknown(String why) {
    return new PlannedExamples(List.of(), List.of(), Optional.of(why), false);
  }
}
