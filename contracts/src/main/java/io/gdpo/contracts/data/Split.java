package io.gdpo.contracts.data;

import io.gdpo.contracts.Choice;

/** The three splits of a dataset; settings are chosen on eval and reported on test. */
public enum Split implements Choice {
  TRAIN,
  EVAL,
  TEST;

  /** File name inside the dataset's artifact folder. */
  public String fileName() {
    return label() + ".parquet";
  }
}
