package io.gdpo.training.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.training.batch.DataOrder;
import java.util.Map;

/**
 * All of a run's state that is not tensors. Data order follows from the seed and the step (see
 * {@link DataOrder}), the learning rate from the step, and nothing else is drawn at random.
 *
 * @param run digest of what the run follows from: settings, seed, data, starting model; a
 *     checkpoint of another run is refused
 * @param seed of data order
 * @param step optimizer steps taken
 * @param examples training examples seen: the data cursor
 * @param selection best model so far and patience
 * @param stoppedEarly whether patience ran out
 * @param trainedTokens real tokens through training steps, all attempts together
 * @param trainingSeconds time in training steps, all attempts together
 * @param device what computed so far, such as {@code cpu} or {@code cuda:0}; absent where an
 *     earlier version wrote it
 * @param files size and checksum of the checkpoint's other files, by name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingState(
    String run,
    long seed,
    long step,
    long examples,
    ModelSelection selection,
    boolean stoppedEarly,
    long trainedTokens,
    double trainingSeconds,
    String device,
    Map<String, FileDigest> files) {

  /**
   * What a file must be to be trusted.
   *
   * @param bytes its size
   * @param sha256 of its content, hexadecimal
   */
  record FileDigest(long bytes, String sha256) {}

  public static TrainingState start(String run, long seed) {
    return new TrainingState(run, seed, 0, 0, ModelSelection.NONE, false, 0, 0, null, Map.of());
  }

  /** The same, under the digest by which its run is known from here on. */
  public TrainingState ofRun(String digest) {
    return new TrainingState(
        digest,
        seed,
        step,
        examples,
        selection,
        stoppedEarly,
        trainedTokens,
        trainingSeconds,
        device,
        files);
  }

  TrainingState withFiles(Map<String, FileDigest> digests) {
    return new TrainingState(
        run,
        seed,
        step,
        examples,
        selection,
        stoppedEarly,
        trainedTokens,
        trainingSeconds,
        device,
        digests);
  }
}
