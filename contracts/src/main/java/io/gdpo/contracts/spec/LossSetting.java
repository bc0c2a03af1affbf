package io.gdpo.contracts.spec;

import java.util.Locale;

/**
 * Settings that not every loss reads ({@link Loss#reads}), with their defaults. {@code beta} is
 * none of them: evaluations measure every stage's rewards by it. What they mean stands in {@link
 * TrainingSpec}.
 */
public enum LossSetting {
  LABEL_SMOOTHING(0.0),
  REFERENCE_FREE(false),
  CALIBRATION_WEIGHT(1.0),
  IMITATION_WEIGHT(1.0),
  PREFERENCE_WEIGHT(1.0),
  DESIRABLE_WEIGHT(1.0),
  UNDESIRABLE_WEIGHT(1.0),
  SFT_WEIGHT(0.0),
  LENGTH_NORMALIZED(false),
  REFERENCE_BETA(0.1),
  TARGET_MARGIN(0.5),
  CALIBRATION_SUPPORT(CalibrationSupport.VOCABULARY),
  IMITATION_INCLUDES_CLOSE(true),
  TARGETS(SftTargets.ALL);

  private final Object fallback;

  LossSetting(Object fallback) {
    this.fallback = fallback;
  }

  /** The field of an experiment file. */
  public String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What counts where the field is absent. */
  public Object fallback() {
    return fallback;
  }

  /**
   * What a specification carries: the default where the loss reads an absent setting, and nothing
   * where it does not read the setting and nobody asked for anything else than the default.
   */
  @SuppressWarnings("unchecked") // a field and its default are of one type
  <T> T of(Loss loss, T value) {
    T asked = value == null ? (T) fallback : value;
    return asked.equals(fallback) && (loss == null || !loss.reads(this)) ? null : asked;
  }
}
