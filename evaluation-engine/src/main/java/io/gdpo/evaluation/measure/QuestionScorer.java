package io.gdpo.evaluation.measure;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.evaluation.metric.Metrics;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.OptionClasses;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.PromptObservation;
import io.gdpo.evaluation.observation.Question;
import io.gdpo.evaluation.observation.QuestionObservation;
import io.gdpo.evaluation.observation.SampledBeliefs;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Turns what a model said to a question's prompts and pairs into that question's result. Knows no
 * model: equal observations give equal scores.
 */
final class QuestionScorer {
  private static final int EXAMPLES_KEPT = 6;

  private final OptionClasses options;
  private final Map<PreferenceExample.Asked, BeliefDistribution> trainingAnswers;
  private final double beta;
  private final long seed;

  /**
   * @param allSplits the whole dataset, for its options
   * @param training the training split, for the yardstick of its respondents
   * @param beta of the implicit rewards
   * @param seed of noise floor and noised yardsticks
   */
  QuestionScorer(
      List<PreferenceExample> allSplits, List<PreferenceExample> training, double beta, long seed) {
    this.options = new OptionClasses(allSplits);
    this.trainingAnswers = histograms(training);
    this.beta = beta;
    this.seed = seed;
  }

  private static Map<PreferenceExample.Asked, BeliefDistribution> histograms(
      List<PreferenceExample> training) {
    Map<PreferenceExample.Asked, int[]> counts = new HashMap<>();
    for (PreferenceExample example : training) {
      counts
          .computeIfAbsent(example.asked(), q -> new int[example.opinion().probabilities().size()])[
          example.opinion().chosen().number()]++;
    }
    Map<PreferenceExample.Asked, BeliefDistribution> histograms = new HashMap<>();
    counts.forEach((question, c) -> histograms.put(question, BeliefDistribution.histogram(c)));
    return histograms;
  }

  /** Scores one question; {@code prompts} are in the order of {@link Question#byPrompt}. */
  QuestionResult score(
      Question question, List<SampledPrompt> prompts, List<PairObservation> pairs) {
    Set<String> texts = options.texts(question.id());
    QuestionObservation seen =
        new QuestionObservation(
            question,
            options,
            Optional.ofNullable(trainingAnswers.get(question.asked())),
            prompts.stream().map(prompt -> prompt.read(texts)).toList(),
            pairs,
            beta,
            seed);
    SampledBeliefs sampled = seen.sampled();
    return new QuestionResult(
        question.id(),
        question.text(),
        options.labels(question.id()),
        prompts.size(),
        pairs.size(),
        question.target().asList(),
        predicted(seen).asList(),
        sampled.counts(),
        sampled.withoutBelief(),
        Metrics.of(seen),
        prompts.stream().flatMap(prompt -> prompt.samples().stream()).limit(EXAMPLES_KEPT).toList(),
        question.group().isEmpty() ? null : question.group());
  }

  /** By probabilities; mean over prompts. */
  private static BeliefDistribution predicted(QuestionObservation seen) {
    double[] sums = new double[seen.target().classes()];
    for (PromptObservation prompt : seen.prompts()) {
      BeliefDistribution beliefs = prompt.beliefs().restricted();
      for (int b = 0; b < sums.length; b++) {
        sums[b] += beliefs.probability(b);
      }
    }
    return BeliefDistribution.proportionalTo(sums);
  }
}
