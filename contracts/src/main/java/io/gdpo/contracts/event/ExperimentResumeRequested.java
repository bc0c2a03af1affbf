package io.gdpo.contracts.event;

/** A command: go on with this experiment, which was suspended. */
public record ExperimentResumeRequested(String experiment)
    implements Event.OfExperiment, Event.Command {
  @Override
  public String key() {
    return experiment;
  }
}
