package io.gdpo.lm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.script.Arg;
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

  InferenceDecoder(CausalLanguageModel model) {
    this.manager = model.parameters().manager().newSubManager();
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

  /** An empty cache {@code [L, 2, rows, G, columns, D]}, owned by {@code owner}. */
  NDArray emptyCache(NDManager owner, int rows, int columns) {
    try (NDManager scratch = owner.newSubManager()) {
      return script.callForOne(
          owner,
          "empty_cache",
          Arg.of(scratch.create((long) rows)),
          Arg.of(scratch.create((long) columns)));
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
      script.call(
          scratch,
          "copy_cache",
          Arg.of(source),
          Arg.of(scratch.create(fromRows)),
          Arg.of(target),
          Arg.of(scratch.create(toRows)),
          Arg.of(scratch.create(new long[] {first, to, count})));
    }
  }

  /**
   * Fills a cache's first columns with the tokens' keys and values; nothing where there are none.
   */
  void fillCache(TokenBatch batch, NDArray cache) {
    try (NDManager step = manager.newSubManager()) {
      Shape shape = new Shape(batch.rows(), batch.length());
      script.call(
          step,
          "fill_cache",
          Arg.of(step.create(batch.tokens(), shape)),
          Arg.of(step.create(batch.positions(), shape)),
          Arg.of(step.create(batch.end(), shape)),
          Arg.of(cache),
          Arg.of(weights));
    }
  }

  /**
   * Feeds one token to each of the cache's first rows, into the last of the columns that {@code
   * end} speaks of.
   *
   * @param tokens {@code [B]}
   * @param positions {@code [B]}
   * @param end {@code [B * columns]}, as in {@link TokenBatch}
   * @return logits of what comes next, {@code [B, V]} float32, owned by {@code step}
   */
  NDArray nextLogits(NDManager step, long[] tokens, long[] positions, long[] end, NDArray cache) {
    long rows = tokens.length;
    return script.callForOne(
        step,
        "next_logits",
        Arg.of(step.create(tokens, new Shape(rows, 1))),
        Arg.of(step.create(positions, new Shape(rows, 1))),
        Arg.of(step.create(end, new Shape(rows, end.length / rows))),
        Arg.of(cache),
        Arg.of(weights));
  }

  @Override
  public void close() {
    manager.close();
  }
}
