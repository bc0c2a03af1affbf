package io.gdpo.contracts.event;

/**
 * Nothing more of this experiment is trained until it is resumed.
 *
 * @param suspended false if it goes on
 */
public record ExperimentSuspended(String experiment, boolean suspended)
    implements Event.OfExperiment {
  @Override
  public String key() {
    return experiment;
  }
}
