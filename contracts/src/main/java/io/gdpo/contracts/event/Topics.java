package io.gdpo.contracts.event;

/** The Kafka topics of the system; each has a dead letter topic named by {@link #deadLetters}. */
public final class Topics {
  public static final String EXPERIMENTS = "gdpo.experiments";
  public static final String DATASETS = "gdpo.datasets";
  public static final String JOBS = "gdpo.jobs";
  public static final String CHECKPOINTS = "gdpo.checkpoints";
  public static final String EVALUATIONS = "gdpo.evaluations";

  private Topics() {}

  /** The topic that takes what could not be read or handled, with the reason in its headers. */
  public static String deadLetters(String topic) {
    return topic + ".dlq";
  }
}
