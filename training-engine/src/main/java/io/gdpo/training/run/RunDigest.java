package io.gdpo.training.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.ExampleDigest;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.checkpoint.CheckpointStore;
import io.gdpo.training.checkpoint.TrainingState;
import java.util.List;
import java.util.Optional;

/**
 * All that decides the numbers of a run, as one digest: by it a run knows its own checkpoints.
 *
 * @param hex the digest
 * @param dataSeed of the examples' order
 */
record RunDigest(String hex, long dataSeed) {
  /**
   * @param start the starting model's digest
   */
  static RunDigest of(TrainingSpec spec, long dataSeed, String start, TrainingData data) {
    return new RunDigest(
        Digests.ofTexts(
            List.of(
                settings(spec),
                Long.toString(dataSeed),
                start,
                ExampleDigest.of(data.train()),
                ExampleDigest.of(data.eval()))),
        dataSeed);
  }

  /** The settings that decide what is computed; how many checkpoints are kept does not. */
  private static String settings(TrainingSpec spec) {
    return Json.SPECS.<ObjectNode>valueToTree(spec).without("keep").toString();
  }

  /**
   * Where the run stands: at its last checkpoint, or at its start.
   *
   * @throws TrainingFailedException if the checkpoint is another run's
   */
  TrainingState begin(Optional<CheckpointStore.Saved> saved) {
    saved.filter(last -> !last.state().run().equals(hex)).ifPresent(RunDigest::refuse);
    return saved
        .map(CheckpointStore.Saved::state)
        .orElseGet(() -> TrainingState.start(hex, dataSeed));
  }

  private static void refuse(CheckpointStore.Saved saved) {
    throw new TrainingFailedException(
        "the checkpoint "
            + saved.model()
            + " belongs to another run: settings, seed, data or starting model differ; use"
            + " another output folder, or delete the checkpoints to start afresh");
  }
}
