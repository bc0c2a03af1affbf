package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.state.ExperimentStatus;

/**
 * An experiment ended: every stage trained and evaluated, or one of them failed or was cancelled.
 * {@code status} is an end; {@code reason} is null on success.
 */
public record ExperimentFinished(String experiment, ExperimentStatus status, String reason)
    implements Event.OfExperiment {
  public ExperimentFinished {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return experiment;
  }
}
