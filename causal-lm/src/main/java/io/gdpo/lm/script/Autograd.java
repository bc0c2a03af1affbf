package io.gdpo.lm.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Map;

/**
 * Reverse-mode differentiation of what {@link TorchScriptModule} methods computed.
 *
 * <p>Gradient mode belongs to a thread. libtorch starts every thread but the first with it on; here
 * it is off on every thread until {@link #gradMode} turns it on. Several threads may differentiate
 * at once, each its own graph.
 */
public final class Autograd {
  private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(() -> false);

  private Autograd() {}

  /**
   * Turns recording on or off for this thread until the scope closes.
   *
   * <pre>{@code
   * try (Autograd.Scope recording = Autograd.gradMode(true)) {
   *   NDArray loss = ...;
   *   Autograd.backward(loss);
   * }
   * }</pre>
   */
  public static Scope gradMode(boolean on) {
    prepareThread();
    boolean before = JniUtils.isGradMode();
    JniUtils.setGradMode(on);
    return () -> JniUtils.setGradMode(before);
  }

  /** Whether what this thread computes is recorded for differentiation. */
  public static boolean isRecording() {
    prepareThread();
    return JniUtils.isGradMode();
  }

  /**
   * Adds the gradient of {@code loss} to each leaf's {@code grad}, and frees the graph.
   *
   * @param loss a scalar computed while gradient mode was on
   * @return the loss's value without a graph, owned by the loss's manager
   */
  public static NDArray backward(NDArray loss) {
    return module().callForOne(loss.getManager(), "backward", Arg.of(loss));
  }

  /**
   * The gradients of leaves, in their order; zeros for a leaf that no backward reached.
   *
   * @return views of {@code grad}, owned by {@code results}; the next backward changes them
   */
  public static NDList gradients(NDManager results, List<NDArray> leaves) {
    return module().call(results, "gradients", Arg.of(leaves));
  }

  /** Sets the gradients of leaves to zero in place. */
  public static void zeroGradients(List<NDArray> leaves) {
    module().call(leaves.get(0).getManager(), "zero_gradients", Arg.of(leaves));
  }

  /** The same values without their graph, owned by {@code tensor}'s manager; shares its memory. */
  public static NDArray detach(NDArray tensor) {
    return module().callForOne(tensor.getManager(), "detach", Arg.of(tensor));
  }

  /**
   * What every thread needs before its first call: gradient mode off, and the profiling graph
   * executor off, which would recompile whenever a length changes.
   */
  static void prepareThread() {
    if (!PREPARED.get()) {
      JniUtils.setGradMode(false);
      JniUtils.setGraphExecutorOptimize(false);
      PREPARED.set(true);
    }
  }

  private static TorchScriptModule module() {
    return Loaded.MODULE;
  }

  /** Gradient mode until {@link #close}; closed by the thread that opened it. */
  @FunctionalInterface
  public interface Scope extends AutoCloseable {
    @Override
    void close();
  }

  /** Loaded at first use and kept for the life of the JVM: it holds no tensors. */
  private static final class Loaded {
    private static final TorchScriptModule MODULE =
        TorchScript.loadResource(
            NDManager.newBaseManager(Device.cpu(), "PyTorch"),
            Autograd.class,
            "autograd.py",
            "Autograd",
            Map.of());
  }
}
