package io.gdpo.training.objective;

import java.util.Arrays;

/** What the model's belief distribution is normalised over when it is held against p*. */
public enum CalibrationSupport {
  /** The whole vocabulary: mass that leaks off the belief digits is penalised. */
  VOCABULARY("vocabulary"),
  /** The belief digits only. */
  BELIEFS("beliefs");

  private final String label;

  CalibrationSupport(String label) {
    this.label = label;
  }

  /** The support with the name that experiment files use. */
  public static CalibrationSupport ofLabel(String label) {
    return Arrays.stream(values())
        .filter(s -> s.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + label + "' is not a calibration support; say vocabulary or beliefs"));
  }
}
