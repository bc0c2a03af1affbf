package io.gdpo.platform.work;

/** What must hold of every history did not hold of this one. */
public final class BrokenPromise extends AssertionError {
  private static final long serialVersionUID = 1L;

  public BrokenPromise(long seed, int event, String what) {
    super(
        "seed %d, event %d: %s (repeat it: -Dgdpo.simulation.seed=%d)"
            .formatted(seed, event, what, seed));
  }
}
