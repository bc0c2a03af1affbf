package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** A training job was stopped on request. */
public record JobCancelled(String jobId, String experiment, String stage, String reason)
    implements Event.OfJob {
  public JobCancelled {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return jobId;
  }
}
