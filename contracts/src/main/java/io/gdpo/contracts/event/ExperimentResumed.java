package io.gdpo.contracts.event;

/** This experiment goes on. */
public record ExperimentResumed(String experiment) implements Event.OfExperiment {
  @Override
  public String key() {
    return experiment;
  }
}
