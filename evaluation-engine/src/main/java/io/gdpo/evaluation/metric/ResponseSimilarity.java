package io.gdpo.evaluation.metric;

import io.gdpo.data.ParsedResponse;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * {@code response_similarity}: ROUGE-L F1 of a sampled response against the closest response that
 * the split holds for the same question and belief; mean over samples. Samples without a belief
 * segment, or of a belief that nobody answered with, are not scored.
 */
final class ResponseSimilarity implements Metric {
  @Override
  public OptionalDouble of(QuestionObservation question) {
    Map<Integer, Set<String>> responses = question.question().responsesByBelief();
    return Mean.of(
        question
            .samples()
            .filter(ParsedResponse::closed)
            .filter(s -> s.belief().isPresent() && responses.containsKey(s.belief().getAsInt()))
            .mapToDouble(s -> RougeL.best(s.response(), responses.get(s.belief().getAsInt()))));
  }
}
