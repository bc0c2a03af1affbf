package io.gdpo.contracts.metric;

import java.util.List;

/**
 * What the services tell Prometheus of themselves, under its names; code, alert rules, dashboard
 * and docs/reference/metrics-of-services.md know a metric because it stands here.
 *
 * <p>Labels take few values, whatever is asked of the services: none is the name of an experiment,
 * a dataset or a job.
 */
public enum ServiceMetric {
  WORK_ITEMS(
      "gdpo_work_items",
      Kind.GAUGE,
      List.of("kind", "state", "pool"),
      "Rows of work by kind (the worker's verb), state, and the pool that the last attempt was begun"
          + " on (`default`: the kind's own). The same from every replica."),
  WORK_HELD_UP(
      "gdpo_work_held_up",
      Kind.GAUGE,
      List.of("kind", "pool"),
      "Running attempts that do not get on, as `waits_for` tells: in a queue, without a node, without"
          + " a pod. The same from every replica."),
  WORK_OLDEST_WAITING(
      "gdpo_work_oldest_waiting_seconds",
      Kind.GAUGE,
      List.of("kind"),
      "How long ago the work was asked for that waits longest for an attempt, of what is due and not"
          + " suspended; 0 if none waits. The same from every replica."),
  WORK_PASS_AGE(
      "gdpo_work_pass_age_seconds",
      Kind.GAUGE,
      List.of(),
      "Time since this replica last looked at all its work."),
  WORK_ATTEMPTS("gdpo_work_attempts", Kind.COUNTER, List.of("kind"), "Attempts begun."),
  WORK_FAILURES(
      "gdpo_work_failures",
      Kind.COUNTER,
      List.of("kind"),
      "Attempts that failed by themselves: not evicted, suspended or cancelled."),
  WORK_ENDED(
      "gdpo_work_ended",
      Kind.COUNTER,
      List.of("kind", "state"),
      "Work that is over, by how it ended."),
  OUTBOX_EVENTS(
      "gdpo_outbox_events",
      Kind.GAUGE,
      List.of(),
      "Events that the broker does not have yet. The same from every replica."),
  OUTBOX_OLDEST(
      "gdpo_outbox_oldest_seconds",
      Kind.GAUGE,
      List.of(),
      "Age of the oldest of them; 0 if there is none. The same from every replica."),
  EVENTS_SENT("gdpo_events_sent", Kind.COUNTER, List.of("topic"), "Events that the broker has."),
  EVENTS_RECEIVED(
      "gdpo_events_received",
      Kind.COUNTER,
      List.of("topic", "outcome"),
      "Records settled: `handled` (also those that pass unheeded), `duplicate` (known by the inbox),"
          + " `answered` (a command that was refused, and its sender told)."),
  DEAD_LETTERS(
      "gdpo_dead_letters",
      Kind.COUNTER,
      List.of("topic"),
      "Records that this service could not handle and put aside."),
  DEAD_LETTERS_RESENT(
      "gdpo_dead_letters_resent",
      Kind.COUNTER,
      List.of("topic"),
      "Dead letters whose record was sent again."),
  TRAINING_STEP(
      "gdpo_training_step_seconds",
      Kind.GAUGE,
      List.of("loss"),
      "Mean time of a step, of the slowest running job of that loss, from its last progress."),
  TRAINING_SPEED(
      "gdpo_training_tokens_per_second",
      Kind.GAUGE,
      List.of("loss"),
      "Tokens that running jobs of that loss train on, together, from their last progress."),
  TRAINING_LOSS(
      "gdpo_training_loss",
      Kind.GAUGE,
      List.of("loss"),
      "The training loss, mean over running jobs of that loss, from their last progress."),
  TRAINING_MEMORY(
      "gdpo_training_memory_bytes",
      Kind.SUMMARY,
      List.of("loss"),
      "The most memory that a job's process held, of jobs that succeeded."),
  TRAINING_MEMORY_RATIO(
      "gdpo_training_memory_ratio",
      Kind.SUMMARY,
      List.of("loss"),
      "The same over what it was estimated at; above 1 the estimate was too small."),
  EVALUATION_METRIC(
      "gdpo_evaluation_metric",
      Kind.GAUGE,
      List.of("metric", "loss"),
      "The last evaluation of a model of that loss, since this replica began: jsd and the others of"
          + " docs/reference/metrics.md."),
  EVALUATION_TIME(
      "gdpo_evaluation_seconds", Kind.SUMMARY, List.of(), "How long an evaluation computed.");

  /** What Prometheus makes of a metric. */
  public enum Kind {
    GAUGE,
    COUNTER,
    /** Exposed as a count, a sum and a maximum of the last minutes. */
    SUMMARY
  }

  private final String meter;
  private final Kind kind;
  private final List<String> labels;
  private final String meaning;

  ServiceMetric(String meter, Kind kind, List<String> labels, String meaning) {
    this.meter = meter;
    this.kind = kind;
    this.labels = labels;
    this.meaning = meaning;
  }

  /** Its name as code registers it. */
  public String meter() {
    return meter;
  }

  public Kind kind() {
    return kind;
  }

  /** Names of its labels, in the order in which values are given. */
  public List<String> labels() {
    return labels;
  }

  /** What it tells, for docs/reference/metrics-of-services.md. */
  public String meaning() {
    return meaning;
  }

  /** The names of its series, as Prometheus stores and queries them. */
  public List<String> series() {
    return switch (kind) {
      case GAUGE -> List.of(meter);
      case COUNTER -> List.of(meter + "_total");
      case SUMMARY -> List.of(meter + "_count", meter + "_sum", meter + "_max");
    };
  }
}
