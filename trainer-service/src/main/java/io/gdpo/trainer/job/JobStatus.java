package io.gdpo.trainer.job;

import io.gdpo.platform.work.WorkState;

/** Where a training job stands, in the words of its view; a terminal status never changes. */
public enum JobStatus {
  QUEUED,
  RUNNING,
  SUCCEEDED,
  FAILED,
  CANCELLED;

  static JobStatus of(WorkState state) {
    return state == WorkState.WAITING ? QUEUED : valueOf(state.name());
  }
}
