package io.gdpo.data;

/**
 * How much more a model favours a pair's chosen response over its rejected one than a reference
 * model does: (log pi(y_c) - log ref(y_c)) - (log pi(y_r) - log ref(y_r)), from log-probabilities
 * summed over each response's tokens, in nats. Without a reference, its two are 0.
 */
public record PreferenceMargin(
    double chosen, double rejected, double referenceChosen, double referenceRejected) {
  /**
   * What sums of float32 logits may differ by when the same is computed in another order, over
   * their size: 64 units in the last place.
   */
  private static final double ROUNDING = 0x1p-18;

  /** Without a reference model. */
  public static PreferenceMargin of(double chosen, double rejected) {
    return new PreferenceMargin(chosen, rejected, 0, 0);
  }

  /** The margin, in nats. */
  public double value() {
    return (chosen - referenceChosen) - (rejected - referenceRejected);
  }

  /**
   * Whether the chosen response is favoured by more than rounding, relative to the four
   * log-probabilities: what accuracy counts. A model that equals its reference favours neither, and
   * neither does a pair with the same response on both sides; such a tie counts as not favoured.
   */
  public boolean favoursChosen() {
    double size =
        Math.abs(chosen)
            + Math.abs(rejected)
            + Math.abs(referenceChosen)
            + Math.abs(referenceRejected);
    return value() > ROUNDING * size;
  }
}
