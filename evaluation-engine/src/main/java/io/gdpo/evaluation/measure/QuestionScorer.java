package io.gdpo.evaluation.measure;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.metric.MetricCatalogue;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.data.ParsedResponse;
import io.gdpo.data.PreferenceMargin;
import io.gdpo.evaluation.metric.BeliefDistribution;
import io.gdpo.evaluation.metric.ClassBeliefConsistency;
import io.gdpo.evaluation.metric.ClassBeliefConsistency.Verdict;
import io.gdpo.evaluation.metric.JensenShannonDistance;
import io.gdpo.evaluation.metric.MajorityBias;
import io.gdpo.evaluation.metric.MetricMeans;
import io.gdpo.evaluation.metric.MinorityCoverage;
import io.gdpo.evaluation.metric.OptionClasses;
import io.gdpo.evaluation.metric.RougeL;
import io.gdpo.evaluation.metric.SampledBeliefs;
import io.gdpo.evaluation.metric.SamplingNoiseFloor;
import io.gdpo.evaluation.metric.Yardsticks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Turns what a model said to a question's prompts and pairs into that question's metrics. Knows no
 * model: equal observations give equal scores.
 */
final class QuestionScorer {
  private static final int EXAMPLES_KEPT = 6;

  private final OptionClasses options;
  private final Map<String, BeliefDistribution> trainingHistograms;
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
    this.trainingHistograms = histograms(training);
    this.beta = beta;
    this.seed = seed;
  }

  private static Map<String, BeliefDistribution> histograms(List<PreferenceExample> training) {
    Map<String, int[]> counts = new HashMap<>();
    for (PreferenceExample example : training) {
      counts
          .computeIfAbsent(example.questionId(), q -> new int[example.probabilities().size()])[
          example.acceptChoiceId()]++;
    }
    Map<String, BeliefDistribution> histograms = new HashMap<>();
    counts.forEach((question, c) -> histograms.put(question, BeliefDistribution.histogram(c)));
    return histograms;
  }

  /** Scores one question; {@code prompts} are in the order of {@link Question#byPrompt}. */
  QuestionResult score(
      Question question, List<PromptObservation> prompts, List<PairObservation> pairs) {
    BeliefDistribution target = question.target();
    MetricMeans means = new MetricMeans();
    SampledBeliefs allSampled = new SampledBeliefs(target.classes());
    ClassBeliefConsistency consistency = new ClassBeliefConsistency(options);
    Map<Integer, TreeSet<String>> responses = responsesByBelief(question);
    double[] predicted = new double[target.classes()];
    List<String> examples = new ArrayList<>();

    for (PromptObservation prompt : prompts) {
      BeliefDistribution belief = prompt.beliefs().restricted();
      for (int b = 0; b < predicted.length; b++) {
        predicted[b] += belief.probability(b);
      }
      means.add(MetricCatalogue.JSD.key(), JensenShannonDistance.between(target, belief));
      means.add(MetricCatalogue.BELIEF_MASS.key(), prompt.beliefs().mass());
      means.add(MetricCatalogue.MAJORITY_BIAS.key(), MajorityBias.of(target, belief));

      SampledBeliefs sampled = new SampledBeliefs(target.classes());
      for (String sample : prompt.samples()) {
        ParsedResponse answer = OpinionTemplate.parse(sample, options.texts(question.id()));
        sampled.add(answer.belief());
        consistency.add(question.id(), answer);
        answer.belief().stream()
            .filter(b -> answer.closed() && responses.containsKey(b))
            .forEach(
                b ->
                    means.add(
                        MetricCatalogue.RESPONSE_SIMILARITY.key(),
                        RougeL.best(answer.response(), responses.get(b))));
      }
      means.add(MetricCatalogue.JSD_SAMPLED.key(), sampled.distanceTo(target));
      means.add(
          MetricCatalogue.JSD_SAMPLED_NOISE_FLOOR.key(),
          SamplingNoiseFloor.of(target, prompt.samples().size(), seed));
      sampled
          .histogram()
          .ifPresent(
              histogram ->
                  means.add(
                      MetricCatalogue.MAJORITY_BIAS_SAMPLED.key(),
                      MajorityBias.of(target, histogram)));
      allSampled.addAll(sampled);
      prompt.samples().stream()
          .limit(EXAMPLES_KEPT - (long) examples.size())
          .forEach(examples::add);
    }
    means.add(MetricCatalogue.MINORITY_COVERAGE.key(), MinorityCoverage.of(target, allSampled));
    means.add(
        MetricCatalogue.MINORITY_COVERAGE_EXPECTED.key(),
        MinorityCoverage.expected(target, allSampled.total()));
    means.add(MetricCatalogue.CBC.key(), consistency.share(Verdict.CONSISTENT));
    means.add(MetricCatalogue.CBC_UNKNOWN.key(), consistency.share(Verdict.UNKNOWN_TEXT));
    means.add(MetricCatalogue.CBC_UNCLOSED.key(), consistency.share(Verdict.UNCLOSED));
    means.add(MetricCatalogue.CBC_NO_BELIEF.key(), consistency.share(Verdict.NO_BELIEF));
    addPairs(pairs, means);
    means.addAll(Yardsticks.of(target, seed));
    if (trainingHistograms.containsKey(question.id())) {
      means.add(
          MetricCatalogue.YARDSTICK_TRAINING_HISTOGRAM.key(),
          JensenShannonDistance.between(target, trainingHistograms.get(question.id())));
    }
    return new QuestionResult(
        question.id(),
        question.text(),
        options.labels(question.id()),
        prompts.size(),
        pairs.size(),
        target.asList(),
        BeliefDistribution.proportionalTo(predicted).asList(),
        Arrays.stream(allSampled.counts()).boxed().toList(),
        allSampled.withoutBelief(),
        MetricCatalogue.inOrder(means.means()),
        examples);
  }

  private static Map<Integer, TreeSet<String>> responsesByBelief(Question question) {
    Map<Integer, TreeSet<String>> responses = new HashMap<>();
    for (PreferenceExample example : question.examples()) {
      responses
          .computeIfAbsent(example.acceptChoiceId(), b -> new TreeSet<>())
          .add(example.acceptResponse());
    }
    return responses;
  }

  private void addPairs(List<PairObservation> pairs, MetricMeans means) {
    for (PairObservation pair : pairs) {
      means.add(
          MetricCatalogue.BELIEF_PAIR_ACCURACY.key(),
          PreferenceMargin.of(pair.policy().chosen(), pair.rejectedUnderBelief()).favoursChosen()
              ? 1
              : 0);
      pair.reference()
          .ifPresent(
              reference -> {
                PreferenceMargin margin =
                    new PreferenceMargin(
                        pair.policy().chosen(),
                        pair.policy().rejected(),
                        reference.chosen(),
                        reference.rejected());
                addMargin(MetricCatalogue.MARGIN, MetricCatalogue.ACCURACY, margin, means);
                if (pair.majority()) {
                  addMargin(
                      MetricCatalogue.MARGIN_MAJORITY,
                      MetricCatalogue.ACCURACY_MAJORITY,
                      margin,
                      means);
                } else {
                  addMargin(
                      MetricCatalogue.MARGIN_MINORITY,
                      MetricCatalogue.ACCURACY_MINORITY,
                      margin,
                      means);
                }
              });
    }
  }

  private void addMargin(
      MetricCatalogue margin,
      MetricCatalogue accuracy,
      PreferenceMargin measured,
      MetricMeans means) {
    means.add(margin.key(), beta * measured.value());
    means.add(accuracy.key(), measured.favoursChosen() ? 1 : 0);
  }
}
