package io.gdpo.contracts.event;

/** A command: train nothing more of this experiment until it is resumed. */
public record ExperimentSuspendRequested(String experiment)
    implements Event.OfExperiment, Event.Command {
  @Override
  public String key() {
    return experiment;
  }
}
