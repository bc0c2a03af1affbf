package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** A training job ended badly and will not be tried again. */
public record JobFailed(String jobId, String experiment, String stage, String reason)
    implements Event.OfJob {
  public JobFailed {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return jobId;
  }
}
