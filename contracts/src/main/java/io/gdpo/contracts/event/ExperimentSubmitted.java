package io.gdpo.contracts.event;

import io.gdpo.contracts.spec.ExperimentSpec;

/** A command: run this experiment. Sending it twice under one name runs it once. */
public record ExperimentSubmitted(ExperimentSpec spec)
    implements Event.OfExperiment, Event.Command {
  @Override
  public String key() {
    return spec.name();
  }
}
