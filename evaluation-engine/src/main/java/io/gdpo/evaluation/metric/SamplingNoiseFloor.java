package io.gdpo.evaluation.metric;

import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * {@code jsd_sampled_noise_floor}: what {@code jsd_sampled} of a perfect model would be with so few
 * samples; mean over prompts.
 *
 * <pre>floor(p*, n) = E[ JSD(p*, histogram of n samples from p*) ]</pre>
 *
 * The expectation is a mean over seeded draws; with {@link #DRAWS} of them its standard error is
 * below 0.003.
 */
final class SamplingNoiseFloor implements Metric {
  static final int DRAWS = 2_000;

  @Override
  public OptionalDouble of(QuestionObservation question) {
    return Mean.of(
        question.prompts().stream()
            .mapToDouble(
                prompt -> expected(question.target(), prompt.samples().size(), question.seed())));
  }

  /** The expected distance of {@code samples} samples drawn from {@code target} itself. */
  static double expected(BeliefDistribution target, int samples, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double sum = 0;
    for (int draw = 0; draw < DRAWS; draw++) {
      int[] counts = new int[target.classes()];
      for (int s = 0; s < samples; s++) {
        counts[draw(target, random)]++;
      }
      sum += JensenShannonDistance.of(target, BeliefDistribution.histogram(counts));
    }
    return sum / DRAWS;
  }

  private static int draw(BeliefDistribution distribution, SplittableRandom random) {
    double u = random.nextDouble();
    int last = 0;
    for (int b = 0; b < distribution.classes(); b++) {
      if (distribution.probability(b) > 0) {
        last = b;
        u -= distribution.probability(b);
        if (u < 0) {
          break;
        }
      }
    }
    return last;
  }
}
