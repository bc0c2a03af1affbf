package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.job.EvaluationSummary;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.platform.metric.Meters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Tells what the last evaluation of each loss has measured. */
@ApplicationScoped
class EvaluationMetrics {
  /** A checkpoint may name any loss, but labels take few values. */
  private static final String OTHER = "other";

  private final Meters.Rows gauge = new Meters.Rows(ServiceMetric.EVALUATION_METRIC);
  private final Map<String, Map<String, Double>> last = new TreeMap<>();

  synchronized void measured(String loss, EvaluationSummary summary) {
    String label =
        Stream.of(Loss.values())
            .map(Loss::label)
            .filter(it -> it.equals(loss))
            .findAny()
            .orElse(OTHER);
    last.put(label, summary.metrics());
    last.forEach((of, metrics) -> metrics.forEach((metric, value) -> gauge.row(value, metric, of)));
    gauge.tell();
    Meters.record(ServiceMetric.EVALUATION_TIME, summary.seconds());
  }
}
