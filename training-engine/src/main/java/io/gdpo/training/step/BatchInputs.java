package io.gdpo.training.step;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.model.AskedPlaces;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.model.PassInputs;
import io.gdpo.lm.script.InputBuffer;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.objective.Objective;
import io.gdpo.training.objective.ObjectiveInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A packed batch on its way to the device: all that the model's passes over it and the objective
 * read, in one buffer. Nothing of it is there before the buffer was sent.
 */
final class BatchInputs {
  private final PackedBatch batch;
  private final PassInputs passes;
  private final List<AskedPlaces> labelled = new ArrayList<>();
  private final Optional<InputBuffer.Piece> order;

  /**
   * @param passes of the batch
   * @param parts 1, or 2 where belief segments have a pass of their own
   */
  BatchInputs(InputBuffer buffer, PackedBatch batch, PassInputs passes, int parts) {
    this.batch = batch;
    this.passes = passes;
    if (parts == 1) {
      labelled.add(passes.ask(batch.rows(), batch.targets()));
      this.order = Optional.empty();
      return;
    }
    int[] inBelief = labels(true);
    int[] others = labels(false);
    labelled.add(ask(inBelief));
    labelled.add(ask(others));
    long[] places = new long[batch.rows().length];
    int at = 0;
    for (int label : IntStream.concat(IntStream.of(inBelief), IntStream.of(others)).toArray()) {
      places[label] = at++;
    }
    this.order = Optional.of(buffer.integers(places));
  }

  private int[] labels(boolean inBelief) {
    return IntStream.range(0, batch.rows().length)
        .filter(i -> (batch.inBelief()[i] == 1) == inBelief)
        .toArray();
  }

  private AskedPlaces ask(int[] labels) {
    return passes.ask(
        IntStream.of(labels).mapToLong(i -> batch.rows()[i]).toArray(),
        IntStream.of(labels).mapToLong(i -> batch.targets()[i]).toArray());
  }

  /** As many forward passes over the batch. */
  List<ForwardPass> forward(NDManager step, int times) {
    return Stream.generate(() -> passes.forward(step)).limit(times).toList();
  }

  /**
   * Log-probabilities of labelled tokens.
   *
   * @param by one pass, or one for belief segments and one for the rest
   * @return [N] float32
   */
  NDArray logProbs(NDManager step, Objective objective, List<ForwardPass> by) {
    NDArray first = by.get(0).selectedLogProbs(labelled.get(0));
    return by.size() == 1
        ? first
        : objective.inOrder(
            step, first, by.get(1).selectedLogProbs(labelled.get(1)), order.orElseThrow().tensor());
  }

  /** What an objective reads of the batch beside the model's predictions. */
  static final class Labels {
    private final AskedPlaces beliefs;
    private final InputBuffer.Piece sequence;
    private final InputBuffer.Piece inResponse;
    private final InputBuffer.Piece inBelief;
    private final InputBuffer.Piece target;
    private final InputBuffer.Piece share;
    private final InputBuffer.Piece reference;

    /**
     * @param classes C, belief classes
     * @param reference [2 B] of the batch, or none
     */
    Labels(InputBuffer buffer, BatchInputs inputs, int classes, double[] reference) {
      PackedBatch batch = inputs.batch;
      this.beliefs = inputs.passes.ask(batch.beliefRows(), new long[batch.beliefRows().length]);
      this.sequence = buffer.integers(batch.sequence());
      this.inResponse = buffer.floats(batch.inResponse());
      this.inBelief = buffer.floats(batch.inBelief());
      float[] flat = new float[batch.examples().size() * classes];
      float[] shares = new float[batch.examples().size()];
      for (int i = 0; i < batch.examples().size(); i++) {
        shares[i] = batch.examples().get(i).share();
        System.arraycopy(batch.examples().get(i).target(), 0, flat, i * classes, classes);
      }
      this.target = buffer.floats(flat, new Shape(batch.examples().size(), classes));
      this.share = buffer.floats(shares);
      this.reference = buffer.doubles(reference);
    }

    /** Logits where beliefs come next, {@code [B, V]}. */
    NDArray beliefLogits(ForwardPass by) {
      return by.logits(beliefs);
    }

    /**
     * All that the objective reads.
     *
     * @param examples of the whole optimizer step
     */
    ObjectiveInput with(
        NDManager step,
        NDArray logProbs,
        NDArray beliefLogits,
        NDArray beliefTokens,
        double kl,
        int examples) {
      NDManager onHost = step.newSubManager(Device.cpu());
      return new ObjectiveInput(
          logProbs,
          beliefLogits,
          sequence.tensor(),
          inResponse.tensor(),
          inBelief.tensor(),
          beliefTokens,
          target.tensor(),
          share.tensor(),
          reference.tensor(),
          onHost.create((float) kl),
          onHost.create((float) examples));
    }
  }
}
