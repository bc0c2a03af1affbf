package io.gdpo.training.objective;

import io.gdpo.data.PreferenceMargin;

/**
 * What an objective says of each example of a micro-batch, copied to the Java heap.
 *
 * @param beta temperature of the implicit rewards beta (log pi(y | x) - log ref(y | x))
 * @param examples B
 * @param table row-major [B, columns]; the columns are {@link Column}'s, those of pairs only where
 *     rejected responses are read
 */
@SuppressWarnings("ArrayRecordComponent") // made once for each micro-batch, never changed
public record ObjectiveOutcome(double beta, int examples, double[] table) {

  /**
   * A quantity that an objective reports for each example, in the order of {@code objectives.py}.
   */
  public enum Column {
    /** The example's loss. */
    LOSS,
    /** Mean negative log-probability of the chosen response's tokens. */
    NLL,
    /** KL(p* || pi(b | x)) over the objective's calibration support. */
    CALIBRATION,
    /** Mean negative log-probability of the belief segment's tokens. */
    IMITATION,
    /**
     * Jensen-Shannon distance between p* and pi(b | x) renormalised over the belief tokens; natural
     * logarithm, at most sqrt(ln 2).
     */
    JENSEN_SHANNON_DISTANCE,
    /** Probability of the belief tokens together at the belief's position. */
    BELIEF_MASS,
    /** log pi(y_c | x); for belief-conditioned losses from the belief's closing mark on. */
    CHOSEN,
    /** log pi(y_r | x), likewise. */
    REJECTED,
    /** log ref(y_c | x), likewise. */
    REFERENCE_CHOSEN,
    /** log ref(y_r | x), likewise. */
    REFERENCE_REJECTED;

    private static final int ALL = values().length;
  }

  private int width() {
    return table.length / examples;
  }

  /** Whether rejected responses were read, so that every column is there. */
  public boolean hasPairs() {
    return width() == Column.ALL;
  }

  /** A reported value. */
  public double value(int example, Column column) {
    if (column.ordinal() >= width()) {
      throw new IllegalArgumentException(
          "a loss that reads no rejected responses has no " + column);
    }
    return table[example * width() + column.ordinal()];
  }

  /** How much more the chosen response is favoured than by the reference model. */
  public PreferenceMargin margin(int example) {
    return new PreferenceMargin(
        value(example, Column.CHOSEN),
        value(example, Column.REJECTED),
        value(example, Column.REFERENCE_CHOSEN),
        value(example, Column.REFERENCE_REJECTED));
  }

  /** Implicit reward of the chosen response, beta (log pi - log ref). */
  public double chosenReward(int example) {
    return beta * (value(example, Column.CHOSEN) - value(example, Column.REFERENCE_CHOSEN));
  }

  /** Implicit reward of the rejected response. */
  public double rejectedReward(int example) {
    return beta * (value(example, Column.REJECTED) - value(example, Column.REFERENCE_REJECTED));
  }
}
