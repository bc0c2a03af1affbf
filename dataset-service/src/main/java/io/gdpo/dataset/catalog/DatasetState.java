package io.gdpo.dataset.catalog;

/** Where a dataset stands; READY and FAILED are final. */
public enum DatasetState {
  REQUESTED,
  READY,
  FAILED
}
