package io.gdpo.training.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.training.objective.Objective;
import java.util.ArrayList;
import java.util.List;

/**
 * What the passes of a step computed beside the gradient, on the device until it is {@link #read}.
 *
 * <p>Owns these tensors, and the step's own that are made on {@link #manager}.
 */
public final class Differentiated implements AutoCloseable {
  private final Objective objective;
  private final NDManager manager;
  private final List<NDArray> tables = new ArrayList<>();

  Differentiated(Objective objective, NDManager manager) {
    this.objective = objective;
    this.manager = manager;
  }

  /** Takes a pass's table over. */
  void add(NDArray table) {
    table.attach(manager);
    tables.add(table);
  }

  /** Owner of what the rest of the step computes. */
  public NDManager manager() {
    return manager;
  }

  /**
   * Waits for the device, once, and copies what it computed.
   *
   * @param number [] of the step, such as its gradient's norm
   */
  public Objective.Read read(NDArray number) {
    return objective.read(manager, tables, number);
  }

  @Override
  public void close() {
    manager.close();
  }
}
