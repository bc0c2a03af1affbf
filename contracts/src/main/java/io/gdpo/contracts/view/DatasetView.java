package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.state.DatasetState;
import java.time.Instant;
import java.util.Map;

/**
 * A dataset as REST shows it.
 *
 * @param id its name, as in experiments' {@code dataset.id}
 * @param uri its artifact folder, once READY
 * @param reason why it FAILED or was CANCELLED
 * @param waitsFor what keeps it from getting on, such as a queue of the cluster, for people; absent
 *     if nothing does
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
    Instant finishedAt,
    String waitsFor) {}
