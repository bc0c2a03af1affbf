package io.gdpo.training.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.LossSetting;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.ExampleDigest;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.checkpoint.CheckpointStore;
import io.gdpo.training.checkpoint.TrainingState;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * All that decides the numbers of a run, as one digest: by it a run knows its own checkpoints.
 *
 * @param hex the digest
 * @param ofVersionsBefore the digests that earlier versions took of the same run; it is another run
 *     where they read the data as other tokens
 * @param dataSeed of the examples' order
 */
record RunDigest(String hex, List<String> ofVersionsBefore, long dataSeed) {
  /** Decide in which order sums are taken, and no more. A run may go on on another device. */
  private static final List<String> OF_THE_MACHINE = List.of("device", "tokens_per_pass");

  /** Settings that are younger than runs that may still be on their way. */
  private static final Set<LossSetting> YOUNGER =
      EnumSet.of(
          LossSetting.SFT_WEIGHT,
          LossSetting.LENGTH_NORMALIZED,
          LossSetting.REFERENCE_BETA,
          LossSetting.TARGET_MARGIN);

  /**
   * @param start the starting model's digest
   */
  static RunDigest of(TrainingSpec spec, long dataSeed, String start, TrainingData data) {
    BiFunction<List<String>, Function<List<TrainingExample>, String>, String> digest =
        (left, ofExamples) ->
            Digests.ofTexts(
                List.of(
                    settings(spec, left),
                    Long.toString(dataSeed),
                    start,
                    ofExamples.apply(data.train()),
                    ofExamples.apply(data.eval())));
    return new RunDigest(
        digest.apply(OF_THE_MACHINE, ExampleDigest::of),
        List.of(
            digest.apply(List.of(), ExampleDigest::of),
            digest.apply(List.of(), ExampleDigest::ofVersionBefore)),
        dataSeed);
  }

  /**
   * The settings that decide what is computed; how many checkpoints are kept does not. Those that
   * the loss does not read stand there with their defaults, as they always did; younger ones only
   * where they are set to something else.
   */
  private static String settings(TrainingSpec spec, List<String> left) {
    ObjectNode given = Json.SPECS.valueToTree(spec);
    given.remove(left);
    ObjectNode all = Json.SPECS.createObjectNode();
    all.set("loss", given.remove("loss"));
    all.set("beta", given.remove("beta"));
    for (LossSetting setting : LossSetting.values()) {
      JsonNode own = given.remove(setting.field());
      JsonNode fallback = Json.SPECS.valueToTree(setting.fallback());
      JsonNode value = own == null ? fallback : own;
      if (!YOUNGER.contains(setting) || !value.equals(fallback)) {
        all.set(setting.field(), value);
      }
    }
    given.remove("keep");
    return all.setAll(given).toString();
  }

  /**
   * Where the run stands: at its last checkpoint, or at its start.
   *
   * @throws TrainingFailedException if the checkpoint is another run's
   */
  TrainingState begin(Optional<CheckpointStore.Saved> saved) {
    saved.filter(last -> !isOf(last.state())).ifPresent(RunDigest::refuse);
    return saved
        .map(last -> last.state().ofRun(hex))
        .orElseGet(() -> TrainingState.start(hex, dataSeed));
  }

  private boolean isOf(TrainingState state) {
    return state.run().equals(hex) || ofVersionsBefore.contains(state.run());
  }

  private static void refuse(CheckpointStore.Saved saved) {
    throw new TrainingFailedException(
        "the checkpoint "
            + saved.model()
            + " belongs to another run: settings, seed, data or starting model differ, or an"
            + " earlier version of this program read the data as other tokens; submit the"
            + " experiment again, which begins the stage anew, or delete the checkpoints to start"
            + " afresh");
  }
}
