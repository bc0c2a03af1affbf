package io.gdpo.contracts.event;

/** Nothing more of this experiment is trained until it is resumed. */
public record ExperimentSuspended(String experiment) implements Event.OfExperiment {
  @Override
  public String key() {
    return experiment;
  }
}
