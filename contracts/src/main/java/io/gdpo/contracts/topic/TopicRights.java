package io.gdpo.contracts.topic;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a service does on the broker, and so what its user must be allowed there, no more and no
 * less: services compare it with what they are allowed when they start, the documentation shows it,
 * and a test runs them on a broker that allows just that.
 *
 * @param service its name, and that of its user
 * @param reads topics that it listens to; it writes to them, too, were it only to send a dead
 *     letter's record again
 * @param writes topics that it writes to beside those
 */
public record TopicRights(String service, List<String> reads, List<String> writes) {
  private static final List<TopicRights> OF_SERVICES =
      List.of(
          new TopicRights("dataset-service", List.of(Topics.DATASETS), List.of()),
          new TopicRights(
              "trainer-service",
              List.of(Topics.EXPERIMENTS, Topics.DATASETS, Topics.JOBS, Topics.EVALUATIONS),
              List.of(Topics.CHECKPOINTS)),
          new TopicRights(
              "evaluator-service", List.of(Topics.CHECKPOINTS, Topics.EVALUATIONS), List.of()));

  /** What can be allowed on a topic, in Kafka's word. */
  public enum Right {
    READ("Read"),
    WRITE("Write");

    private final String word;

    Right(String word) {
      this.word = word;
    }

    public String word() {
      return word;
    }
  }

  public static List<TopicRights> ofServices() {
    return OF_SERVICES;
  }

  /** Of a service by its name; empty for a program that is none of the system's. */
  public static Optional<TopicRights> of(String service) {
    return OF_SERVICES.stream().filter(it -> it.service.equals(service)).findFirst();
  }

  /** The rights on each topic, dead letters' included, in the order of their names. */
  public Map<String, Set<Right>> onTopics() {
    Map<String, Set<Right>> rights = new TreeMap<>();
    Set<Right> both = new TreeSet<>(List.of(Right.values()));
    for (String topic : reads) {
      rights.put(topic, both);
      rights.put(Topics.deadLetters(topic), both);
    }
    writes.forEach(topic -> rights.put(topic, Set.of(Right.WRITE)));
    return rights;
  }

  /** How the names of its consumer groups begin; it needs {@link Right#READ} on all of them. */
  public String groupPrefix() {
    return service + ".";
  }
}
