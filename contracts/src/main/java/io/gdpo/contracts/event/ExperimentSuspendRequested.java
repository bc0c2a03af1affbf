package io.gdpo.contracts.event;

/**
 * A command: train nothing more of this experiment until it is resumed.
 *
 * @param suspend false to resume it; true if absent
 */
public record ExperimentSuspendRequested(String experiment, Boolean suspend)
    implements Event.OfExperiment, Event.Command {
  public ExperimentSuspendRequested {
    suspend = suspend == null || suspend;
  }

  @Override
  public String key() {
    return experiment;
  }
}
