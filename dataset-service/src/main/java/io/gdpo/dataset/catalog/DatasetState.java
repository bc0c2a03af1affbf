package io.gdpo.dataset.catalog;

/** Where a dataset stands; READY is final, FAILED until it is asked for again. */
public enum DatasetState {
  REQUESTED,
  READY,
  FAILED
}
