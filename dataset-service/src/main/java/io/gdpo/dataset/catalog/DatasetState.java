package io.gdpo.dataset.catalog;

/** Where a dataset stands; READY is final, FAILED and CANCELLED until it is asked for again. */
public enum DatasetState {
  REQUESTED,
  READY,
  FAILED,
  CANCELLED;

  boolean isBegunAnew() {
    return this == FAILED || this == CANCELLED;
  }
}
