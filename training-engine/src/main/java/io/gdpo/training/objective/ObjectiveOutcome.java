package io.gdpo.training.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.gdpo.data.PreferenceMargin;

/**
 * What an objective says of each example of a micro-batch, copied to the Java heap.
 *
 * @param objective what was evaluated
 * @param examples B
 * @param table row-major [B, columns]; the columns are {@link Column}'s, those of preferences only
 *     where the objective compares responses
 */
@SuppressWarnings("ArrayRecordComponent") // made once for each micro-batch, never changed
public record ObjectiveOutcome(Objective objective, int examples, double[] table) {

  /** A quantity that an objective reports for each example, in the order of {@code terms.py}. */
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

    private static final int WITHOUT_PREFERENCES = BELIEF_MASS.ordinal() + 1;
    private static final int ALL = values().length;
  }

  static ObjectiveOutcome read(Objective objective, NDList outputs) {
    NDArray table = outputs.get(1);
    return new ObjectiveOutcome(
        objective, Math.toIntExact(table.getShape().get(0)), table.toDoubleArray());
  }

  /** A reported value. */
  public double value(int example, Column column) {
    int width = objective.loss().isPreference() ? Column.ALL : Column.WITHOUT_PREFERENCES;
    if (column.ordinal() >= width) {
      throw new IllegalArgumentException(
          objective.loss().label() + " compares no responses and has no " + column);
    }
    return table[example * width + column.ordinal()];
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
    return objective.beta()
        * (value(example, Column.CHOSEN) - value(example, Column.REFERENCE_CHOSEN));
  }

  /** Implicit reward of the rejected response. */
  public double rejectedReward(int example) {
    return objective.beta()
        * (value(example, Column.REJECTED) - value(example, Column.REFERENCE_REJECTED));
  }
}
