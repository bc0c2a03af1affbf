package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.JudgedObservation;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * {@code judged_auc}, {@code judged_reward_auc}: the area under the ROC curve of a score that tells
 * good responses from bad ones, whatever their prompts: the share of all couples of a good and a
 * bad response in which the good one scores higher, ties as one half (Mann-Whitney's U).
 */
final class JudgedAuc implements JudgedMetric {
  private final boolean needsReference;
  private final ToDoubleFunction<JudgedObservation> score;

  private JudgedAuc(boolean needsReference, ToDoubleFunction<JudgedObservation> score) {
    this.needsReference = needsReference;
    this.score = score;
  }

  /** By the mean log-probability of a response's tokens. */
  static JudgedAuc ofModel() {
    return new JudgedAuc(false, JudgedObservation::ofToken);
  }

  /** By the implicit reward. */
  static JudgedAuc ofReward() {
    return new JudgedAuc(true, response -> response.gain().orElseThrow());
  }

  @Override
  public OptionalDouble of(List<JudgedObservation> responses, double beta) {
    if (needsReference && responses.stream().anyMatch(it -> it.reference().isEmpty())) {
      return OptionalDouble.empty();
    }
    double[] good = sorted(responses, true);
    double[] bad = sorted(responses, false);
    if (good.length == 0 || bad.length == 0) {
      return OptionalDouble.empty();
    }
    double won = 0;
    int below = 0;
    int notAbove = 0;
    for (double one : good) {
      while (below < bad.length && bad[below] < one) {
        below++;
      }
      while (notAbove < bad.length && bad[notAbove] <= one) {
        notAbove++;
      }
      won += (below + notAbove) / 2.0;
    }
    return OptionalDouble.of(won / ((double) good.length * bad.length));
  }

  private double[] sorted(List<JudgedObservation> responses, boolean good) {
    double[] scores =
        responses.stream().filter(it -> it.good() == good).mapToDouble(score).toArray();
    Arrays.sort(scores);
    return scores;
  }
}
