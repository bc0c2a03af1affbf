package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.PromptObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * {@code majority_bias}: how much of the group the model takes the majority to be; mean over
 * prompts.
 *
 * <pre>bias = p_hat(b_maj) / p*(b_maj),  b_maj = argmax p*</pre>
 *
 * 1 is ideal; above 1 the majority crowds others out, below 1 it is under-represented. At most 1 /
 * p*(b_maj). {@code majority_bias_sampled} takes p_hat from the samples, over the prompts that have
 * a sample with a belief.
 */
final class MajorityBias implements Metric {
  private final Function<PromptObservation, Optional<BeliefDistribution>> predicted;

  private MajorityBias(Function<PromptObservation, Optional<BeliefDistribution>> predicted) {
    this.predicted = predicted;
  }

  static MajorityBias byProbabilities() {
    return new MajorityBias(prompt -> Optional.of(prompt.beliefs().restricted()));
  }

  static MajorityBias bySamples() {
    return new MajorityBias(prompt -> prompt.sampled().histogram());
  }

  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(
        question.prompts().stream()
            .map(predicted)
            .flatMap(Optional::stream)
            .mapToDouble(distribution -> bias(question.target(), distribution)));
  }

  private static double bias(BeliefDistribution target, BeliefDistribution predicted) {
    int majority = target.majority();
    return predicted.probability(majority) / target.probability(majority);
  }
}
