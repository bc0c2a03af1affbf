package io.gdpo.dataset.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.DatasetSpec;
import java.time.Instant;
import java.util.Map;

/**
 * A dataset as REST shows it.
 *
 * @param id its name, as in experiments' {@code dataset.id}
 * @param state REQUESTED, READY or FAILED
 * @param uri its artifact folder, once READY
 * @param reason why it FAILED
 * @param examples examples by split, once READY
 * @param requestedBy the experiment that asked for it, if one did
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetView(
    String id,
    DatasetState state,
    String uri,
    String reason,
    Map<String, Long> examples,
    String requestedBy,
    DatasetSpec spec,
    Instant requestedAt,
    Instant finishedAt) {

  static DatasetView of(Dataset dataset) {
    return new DatasetView(
        dataset.id,
        dataset.state,
        dataset.uri,
        dataset.reason,
        dataset.examples,
        dataset.requestedBy,
        dataset.spec,
        dataset.requestedAt,
        dataset.finishedAt);
  }
}
