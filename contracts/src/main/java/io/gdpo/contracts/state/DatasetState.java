package io.gdpo.contracts.state;

/** Where a dataset stands; READY is final, FAILED and CANCELLED until it is asked for again. */
public enum DatasetState {
  REQUESTED,
  READY,
  FAILED,
  CANCELLED;

  /** Whether asking for it begins it anew. */
  public boolean isBegunAnew() {
    return this == FAILED || this == CANCELLED;
  }
}
