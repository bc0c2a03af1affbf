package io.gdpo.lm.sampling;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.InputBuffer;
import io.gdpo.lm.script.TorchScriptModule;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A model compiled for decoding, its weights prepared once for products of few rows with many
 * columns, which is what decoding mostly is: on x86 CPUs in the layout of oneDNN's kernels, for
 * bfloat16 and elsewhere in the number format of computation.
 *
 * <p>Owns the prepared weights: a second copy of those of the products. They are what the model's
 * were when it was made. The model stays its owner's and must not be closed before.
 */
final class InferenceDecoder implements AutoCloseable {
  private final NDManager manager;
  private final TorchScriptModule script;
  private final List<NDArray> weights;
  private final PassSizes sizes;

  /**
   * @param sizes that windows of the cache and passes over prompts have
   */
  InferenceDecoder(CausalLanguageModel model, PassSizes sizes) {
    this.manager = model.parameters().manager().newSubManager();
    this.sizes = sizes;
    List<String> modules = model.config().products();
    try {
      this.script =
          model.compiled(
              manager,
              modules.stream().map(module -> module + ".prepared").toList(),
              canPack(model) ? "packed_product.py" : "cast_product.py");
      this.weights = new ArrayList<>(model.weights());
      for (String module : modules) {
        String weight = module + ".weight";
        boolean transposed = model.config().isStoredTransposed(weight);
        weights.add(
            script.callForOne(
                manager,
                transposed ? "prepared_conv1d" : "prepared_linear",
                Arg.of(model.parameters().get(weight))));
      }
    } catch (RuntimeException e) {
      manager.close();
      throw e;
    }
  }

  private static boolean canPack(CausalLanguageModel model) {
    String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
    return model.computeType() == ComputeType.FLOAT32
        && !model.parameters().manager().getDevice().isGpu()
        && List.of("amd64", "x86_64").contains(architecture);
  }

  /** Owner of the decoder's tensors; what is computed belongs on managers below it. */
  NDManager manager() {
    return manager;
  }

  /** In which sizes the device wants to compute. */
  PassSizes sizes() {
    return sizes;
  }

  /** An empty cache {@code [L, 2, rows, G, columns, D]}, owned by {@code owner}. */
  NDArray emptyCache(NDManager owner, int rows, int columns) {
    try (NDManager onHost = owner.newSubManager(Device.cpu())) {
      return script.callForOne(
          owner,
          "empty_cache",
          Arg.of(weights.get(0)),
          Arg.of(onHost.create(new long[] {rows, columns})));
    }
  }

  /** Puts {@code count} columns from {@code first} of some rows into other rows and columns. */
  void copyCache(
      NDArray source,
      long[] fromRows,
      NDArray target,
      long[] toRows,
      int first,
      int to,
      int count) {
    try (NDManager scratch = manager.newSubManager()) {
      InputBuffer buffer = new InputBuffer();
      InputBuffer.Piece from = buffer.integers(fromRows);
      InputBuffer.Piece into = buffer.integers(toRows);
      buffer.send(scratch);
      script.call(
          scratch,
          "copy_cache",
          Arg.of(source),
          Arg.of(from.tensor()),
          Arg.of(target),
          Arg.of(into.tensor()),
          onHost(scratch, first, to, count));
    }
  }

  /** Numbers that libtorch reads on the host, so that no device is waited for. */
  private static Arg onHost(NDManager owner, long... numbers) {
    return Arg.of(owner.newSubManager(Device.cpu()).create(numbers));
  }

  /**
   * Fills a cache's first columns with the tokens' keys and values; nothing where there are none.
   */
  void fillCache(TokenBatch batch, NDArray cache) {
    try (NDManager step = manager.newSubManager()) {
      Shape shape = new Shape(batch.rows(), batch.length());
      InputBuffer buffer = new InputBuffer();
      InputBuffer.Piece tokens = buffer.integers(batch.tokens(), shape);
      InputBuffer.Piece positions = buffer.integers(batch.positions(), shape);
      InputBuffer.Piece end = buffer.integers(batch.end(), shape);
      buffer.send(step);
      script.call(
          step,
          "fill_cache",
          Arg.of(tokens.tensor()),
          Arg.of(positions.tensor()),
          Arg.of(end.tensor()),
          Arg.of(cache),
          Arg.of(weights));
    }
  }

  /**
   * What one decoding step reads, on its way to the device.
   *
   * @param tokens {@code [B, 1]}, fed to the cache's first rows
   * @param positions {@code [B, 1]}
   * @param first {@code [B]}, where in the window each sequence begins
   * @param uniform {@code [B]} float64 in [0, 1), or {@code [0]}
   */
  record Fed(
      InputBuffer.Piece tokens,
      InputBuffer.Piece positions,
      InputBuffer.Piece first,
      InputBuffer.Piece uniform) {}

  /**
   * Feeds one token to each of the cache's first rows, into the last column of a window.
   *
   * @param start of the window, in the cache's columns
   * @param columns of the window
   * @return logits of what comes next, {@code [B, V]} float32, owned by {@code step}
   */
  NDArray nextLogits(NDManager step, Fed fed, int start, int columns, NDArray cache) {
    return script.callForOne(
        step,
        "next_logits",
        Arg.of(fed.tokens.tensor()),
        Arg.of(fed.positions.tensor()),
        Arg.of(fed.first.tensor()),
        onHost(step, start, columns),
        Arg.of(cache),
        Arg.of(weights));
  }

  @Override
  public void close() {
    manager.close();
  }
}
