package io.gdpo.contracts.event;

/** There is no experiment of this name any more; its jobs' files and evaluations go with it. */
public record ExperimentDeleted(String experiment) implements Event.OfExperiment {
  @Override
  public String key() {
    return experiment;
  }
}
