package io.gdpo.evaluator.interval;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.Optional;

/**
 * Whether one stage's mean of a metric is another than that of another stage, on the questions that
 * both answered: a paired comparison, question by question.
 *
 * @param difference of the means, {@code stage} less {@code than}
 * @param interval of the difference
 * @param questions that both answered
 */
public record Comparison(
    String stage, String than, String metric, double difference, Interval interval, int questions) {

  /** What the interval says of a metric. */
  public enum Verdict {
    LOWER,
    HIGHER,
    /** 0 lies in the interval. */
    NOT_TOLD_APART
  }

  /**
   * Compares two stages.
   *
   * @param values of {@code stage} by question
   * @param others of {@code than} by question
   * @return empty where both answered fewer than two questions
   */
  public static Optional<Comparison> of(
      String stage,
      Map<String, Double> values,
      String than,
      Map<String, Double> others,
      String metric) {
    double[] differences =
        values.keySet().stream()
            .filter(others::containsKey)
            .mapToDouble(question -> values.get(question) - others.get(question))
            .toArray();
    double sum = 0;
    for (double difference : differences) {
      sum += difference;
    }
    double mean = sum / differences.length;
    return Bootstrap.ofMean(differences)
        .map(it -> new Comparison(stage, than, metric, mean, it, differences.length));
  }

  @JsonProperty
  public Verdict verdict() {
    return interval.high() < 0
        ? Verdict.LOWER
        : interval.low() > 0 ? Verdict.HIGHER : Verdict.NOT_TOLD_APART;
  }
}
