package io.gdpo.contracts.topic;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** The Kafka topics of the system; each has a dead letter topic named by {@link #deadLetters}. */
public final class Topics {
  public static final String EXPERIMENTS = "gdpo.experiments";
  public static final String DATASETS = "gdpo.datasets";
  public static final String JOBS = "gdpo.jobs";
  public static final String CHECKPOINTS = "gdpo.checkpoints";
  public static final String EVALUATIONS = "gdpo.evaluations";

  /** As Kafka keeps records by default: longer than anybody waits for a service to come back. */
  private static final Duration A_WEEK = Duration.ofDays(7);

  private static final List<Topic> OF_EVENTS =
      List.of(
          new Topic(EXPERIMENTS, "experiment name", 1, A_WEEK),
          new Topic(DATASETS, "dataset id", 1, A_WEEK),
          new Topic(JOBS, "job id", 1, A_WEEK),
          new Topic(CHECKPOINTS, "job id", 1, A_WEEK),
          new Topic(EVALUATIONS, "checkpoint id", 1, A_WEEK));

  private Topics() {}

  /**
   * A topic as it is created where there is none.
   *
   * @param key what a record's key names; records of one key keep their order
   * @param retention how long a record can be read
   */
  public record Topic(String name, String key, int partitions, Duration retention) {
    private Topic deadLetters() {
      return new Topic(Topics.deadLetters(name), key, partitions, retention);
    }
  }

  /** The topics that events travel on. */
  public static List<Topic> ofEvents() {
    return OF_EVENTS;
  }

  /** Every topic, dead letters' included. */
  public static List<Topic> all() {
    return OF_EVENTS.stream().flatMap(topic -> Stream.of(topic, topic.deadLetters())).toList();
  }

  /** The topic that takes what could not be read or handled, with the reason in its headers. */
  public static String deadLetters(String topic) {
    return topic + ".dlq";
  }
}
