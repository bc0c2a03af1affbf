package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.script.InputBuffer;
import java.util.Locale;

/**
 * A batch on its way to the device: its tokens, positions and ends, {@code [B, T]} int64, and what
 * is asked of it, in one buffer with whatever else the step reads. {@link
 * CausalLanguageModel#inputs} makes it.
 *
 * <p>The tensors belong to whom the buffer is sent to.
 */
public final class PassInputs {
  private final CausalLanguageModel model;
  private final ForwardOptions options;
  private final InputBuffer buffer;
  private final InputBuffer.Piece tokens;
  private final InputBuffer.Piece positions;
  private final InputBuffer.Piece end;
  private final boolean plainlyCausal;
  private final int placesOfAll;

  PassInputs(
      CausalLanguageModel model, InputBuffer buffer, TokenBatch batch, ForwardOptions options) {
    Shape shape = new Shape(batch.rows(), batch.length());
    this.model = model;
    this.options = options;
    this.buffer = buffer;
    this.tokens = buffer.integers(batch.tokens(), shape);
    this.positions = buffer.integers(batch.positions(), shape);
    this.end = buffer.integers(batch.end(), shape);
    this.plainlyCausal = batch.isPlainlyCausal();
    this.placesOfAll =
        options.vocabularyRows() == ForwardOptions.VocabularyRows.ALL
            ? batch.rows() * batch.length()
            : 0;
  }

  /**
   * Places whose next tokens will be asked for, sent in the batch's own buffer.
   *
   * @param rows N indices into the flattened {@code [B * T]} places
   * @param targets N tokens, each the one after its place
   */
  public AskedPlaces ask(long[] rows, long[] targets) {
    return ask(buffer, rows, targets);
  }

  AskedPlaces ask(InputBuffer by, long[] rows, long[] targets) {
    if (rows.length != targets.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d places but %d target tokens; give one for each",
              rows.length,
              targets.length));
    }
    PassSizes sizes = PassSizes.of(model.parameters().manager().getDevice());
    return AskedPlaces.of(by, rows, targets, placesOfAll, sizes);
  }

  /**
   * Computes the batch, once the buffer was sent; where gradient mode is on, so that it can be
   * differentiated.
   *
   * @param step owner of the pass's tensors
   */
  public ForwardPass forward(NDManager step) {
    return new ForwardPass(model, step, this, options);
  }

  NDArray tokens() {
    return tokens.tensor();
  }

  NDArray positions() {
    return positions.tensor();
  }

  NDArray end() {
    return end.tensor();
  }

  boolean isPlainlyCausal() {
    return plainlyCausal;
  }
}
