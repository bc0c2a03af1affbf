package io.gdpo.evaluation.measure;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.EncodedExample;
import io.gdpo.evaluation.metric.Metrics;
import io.gdpo.evaluation.observation.JudgedObservation;
import io.gdpo.evaluation.observation.PairLogProbs;
import io.gdpo.evaluation.observation.PairObservation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Examples, all of one kind, with the log-probabilities of their responses.
 *
 * @param reference empty for a model that has none (SFT)
 */
record ScoredExamples(
    List<PreferenceExample> examples,
    List<EncodedExample> encoded,
    ResponseScorer.Scores policy,
    Optional<ResponseScorer.Scores> reference) {

  int count() {
    return examples.size();
  }

  /** The metrics of examples that tell no beliefs. */
  Map<String, Double> metrics(double beta) {
    return examples.get(0).kind() == PreferenceExample.Kind.JUDGED
        ? Metrics.ofJudged(judged(), beta)
        : Metrics.ofPairs(pairs(), beta);
  }

  List<PairObservation> pairs() {
    List<PairObservation> observations = new ArrayList<>();
    for (int i = 0; i < count(); i++) {
      PreferenceExample example = examples.get(i);
      EncodedExample pair = encoded.get(i);
      observations.add(
          new PairObservation(
              example.hasBeliefs() && example.opinion().majority(),
              logProbs(pair, policy),
              policy.of(pair.prompt(), pair.rejectedUnderBelief()),
              reference.map(scores -> logProbs(pair, scores))));
    }
    return observations;
  }

  private static PairLogProbs logProbs(EncodedExample pair, ResponseScorer.Scores scores) {
    return new PairLogProbs(
        scores.of(pair.prompt(), pair.chosen()), scores.of(pair.prompt(), pair.rejected()));
  }

  private List<JudgedObservation> judged() {
    List<JudgedObservation> observations = new ArrayList<>();
    for (EncodedExample example : encoded) {
      long[] response = example.hasChosen() ? example.chosen() : example.rejected();
      observations.add(
          new JudgedObservation(
              example.hasChosen(),
              response.length,
              policy.of(example.prompt(), response),
              reference.isEmpty()
                  ? OptionalDouble.empty()
                  : OptionalDouble.of(reference.get().of(example.prompt(), response))));
    }
    return observations;
  }
}
