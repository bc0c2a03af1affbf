package io.gdpo.evaluation.metric;

/**
 * {@code majority_bias}: how much of the group the model takes the majority to be.
 *
 * <pre>bias = p_hat(b_maj) / p*(b_maj),  b_maj = argmax p*</pre>
 *
 * 1 is ideal; above 1 the majority crowds others out, below 1 it is under-represented. At most 1 /
 * p*(b_maj).
 */
public final class MajorityBias {
  private MajorityBias() {}

  /** The bias of {@code predicted} against the group's {@code target}. */
  public static double of(BeliefDistribution target, BeliefDistribution predicted) {
    int majority = target.majority();
    return predicted.probability(majority) / target.probability(majority);
  }
}
