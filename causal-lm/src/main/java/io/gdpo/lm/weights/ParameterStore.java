package io.gdpo.lm.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The trainable weights of one model: named float32 leaf tensors in Hugging Face's order, which
 * live as long as the store.
 *
 * <p>The store owns the tensors; nobody else closes them or attaches them elsewhere. Training
 * changes them in place (gradient mode off). Optimizer state that must live as long as the weights
 * belongs on {@link #manager}.
 */
public final class ParameterStore implements AutoCloseable {
  private final NDManager manager;
  private final Map<String, NDArray> tensors = new LinkedHashMap<>();

  /** An empty store on a device; it opens its own long-lived manager. */
  public ParameterStore(Device device) {
    this.manager = NDManager.newBaseManager(device, "PyTorch");
  }

  /**
   * Takes a tensor over.
   *
   * @throws IllegalArgumentException if it is not float32, or the name is taken
   */
  public void add(String name, NDArray tensor) {
    if (tensor.getDataType() != DataType.FLOAT32) {
      throw new IllegalArgumentException(name + " is " + tensor.getDataType() + ", not float32");
    }
    if (tensors.putIfAbsent(name, tensor) != null) {
      throw new IllegalArgumentException(name + " is in the store already");
    }
    tensor.attach(manager);
  }

  /** The long-lived manager that owns the weights, on their device. */
  public NDManager manager() {
    return manager;
  }

  /** Names in Hugging Face's order, such as {@code transformer.wte.weight}. */
  public List<String> names() {
    return List.copyOf(tensors.keySet());
  }

  /** The tensors in the order of {@link #names}. */
  public List<NDArray> tensors() {
    return Collections.unmodifiableList(new ArrayList<>(tensors.values()));
  }

  /** Names and tensors, in order. */
  public Map<String, NDArray> byName() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * The tensor of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public NDArray get(String name) {
    NDArray tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("No parameter is named " + name);
    }
    return tensor;
  }

  /** Whether a forward pass in gradient mode records a graph down to these weights. */
  public void requiresGrad(boolean required) {
    tensors.values().forEach(tensor -> tensor.setRequiresGradient(required));
  }

  /** The number of weights. */
  public long count() {
    return tensors.values().stream().mapToLong(tensor -> tensor.getShape().size()).sum();
  }

  /** Frees the weights and all else on {@link #manager}. */
  @Override
  public void close() {
    manager.close();
  }
}
