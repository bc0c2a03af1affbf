package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Reason;
import java.util.Map;

/**
 * How a build ended: the content of {@code outcome.json}, which appears whole or not at all.
 *
 * @param reason why it failed; absent if the dataset is there
 * @param uri where the dataset lies; absent if it failed
 * @param examples pairs by split name; absent if it failed
 * @param sourceSha256 hash of the source that was read; absent if it failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BuildOutcome(
    String reason, String uri, Map<String, Long> examples, String sourceSha256) {
  public BuildOutcome {
    reason = Reason.clean(reason);
  }

  /** A build that failed. */
  public static BuildOutcome failed(String reason) {
    return new BuildOutcome(reason, null, null, null);
  }
}
