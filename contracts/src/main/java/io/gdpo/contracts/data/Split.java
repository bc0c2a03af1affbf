package io.gdpo.contracts.data;

import java.util.Locale;

/** The three splits of a dataset; settings are chosen on eval and reported on test. */
public enum Split {
  TRAIN,
  EVAL,
  TEST;

  /** File name inside the dataset's artifact folder. */
  public String fileName() {
    return name().toLowerCase(Locale.ROOT) + ".parquet";
  }
}
