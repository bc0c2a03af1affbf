package io.gdpo.contracts.event;

/** A command: take away an experiment that has ended, with all that was made for it. */
public record ExperimentDeleteRequested(String experiment)
    implements Event.OfExperiment, Event.Command {
  @Override
  public String key() {
    return experiment;
  }
}
