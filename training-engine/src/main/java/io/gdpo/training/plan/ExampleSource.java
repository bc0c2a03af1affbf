package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import java.util.function.BiConsumer;

/** Knows which examples a dataset will hold before it is built; training does not. */
@FunctionalInterface
public interface ExampleSource {
  /**
   * Gives every example to {@code sink}, those of a split in order, as the built dataset has them.
   *
   * @param artifacts the store that the dataset would be built by
   * @throws io.gdpo.artifacts.source.SourceException if its source is not there, or is of no use
   */
  void read(DatasetSpec spec, ArtifactStore artifacts, BiConsumer<Split, PreferenceExample> sink);
}
