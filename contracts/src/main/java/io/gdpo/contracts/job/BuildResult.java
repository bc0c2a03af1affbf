package io.gdpo.contracts.job;

import java.util.Map;

/**
 * A dataset that was built: {@code result} of the {@link WorkOutcome} of a {@code build}.
 *
 * @param uri where the dataset lies
 * @param examples pairs by split name
 * @param sourceSha256 hash of the source that was read
 */
public record BuildResult(String uri, Map<String, Long> examples, String sourceSha256) {}
