package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** A command: end this training job. It is over when its process is gone. */
public record JobCancelRequested(String jobId, String reason)
    implements Event.OfJob, Event.Command {
  public JobCancelRequested {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return jobId;
  }
}
