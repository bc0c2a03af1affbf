package io.gdpo.contracts.event;

/** A command: end this experiment, and all that is done for it. It is over when that is gone. */
public record ExperimentCancelRequested(String experiment)
    implements Event.OfExperiment, Event.Command {
  @Override
  public String key() {
    return experiment;
  }
}
