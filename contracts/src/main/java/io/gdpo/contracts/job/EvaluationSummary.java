package io.gdpo.contracts.job;

import java.util.Map;

/**
 * What an {@code evaluate} came to: {@code result} of its {@link WorkOutcome}.
 *
 * @param uri of the whole {@link EvaluationResult}
 * @param metrics means over questions, by name
 * @param seconds wall time of the measuring
 */
public record EvaluationSummary(String uri, Map<String, Double> metrics, double seconds) {}
