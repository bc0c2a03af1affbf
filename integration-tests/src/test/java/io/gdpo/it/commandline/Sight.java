package io.gdpo.it.commandline;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TraceReceiver;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** What an operator sees of an experiment that has succeeded. */
final class Sight {
  /** Told only while something trains, or while work runs. */
  private static final Set<ServiceMetric> OF_WHAT_RUNS_NOW =
      EnumSet.of(
          ServiceMetric.TRAINING_STEP,
          ServiceMetric.TRAINING_SPEED,
          ServiceMetric.TRAINING_LOSS,
          ServiceMetric.WORK_HELD_UP);

  private static final Pattern SERIES = Pattern.compile("(?m)^(\\w+)[{ ]");

  private Sight() {}

  /** From the request over every service's events and work to the event that ends it. */
  static void isOneTrace(Stack stack, TraceReceiver traces, String experiment) {
    List<Records.Seen> events =
        Records.everything(stack).stream()
            .filter(
                event ->
                    event.at("/experiment").equals(experiment) || experiment.equals(event.key()))
            .toList();
    assertThat(events)
        .extracting(Records.Seen::type)
        .contains(
            "io.gdpo.JobStarted", "io.gdpo.EvaluationCompleted", "io.gdpo.ExperimentFinished");
    Set<String> ids = new TreeSet<>();
    events.forEach(
        event -> ids.add(event.headers().getOrDefault("ce_traceparent", "-none").split("-")[1]));
    assertThat(ids).as("trace ids of all its events").hasSize(1);
    String id = ids.iterator().next();
    Awaitility.await("the spans of trace " + id)
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              assertThat(traces.has(id, "trainer-service", "POST /experiments")).isTrue();
              assertThat(traces.has(id, "dataset-service", "build")).isTrue();
              assertThat(traces.has(id, "trainer-service", "train")).isTrue();
              assertThat(traces.has(id, "evaluator-service", "process gdpo.checkpoints")).isTrue();
            });
  }

  /** All that is declared, and nothing else under its prefix. */
  static void isToldByMetrics(Stack stack) throws IOException {
    Set<String> told = new TreeSet<>();
    for (String service : List.of("dataset-service", "trainer-service", "evaluator-service")) {
      String text =
          new String(
              URI.create(stack.url(service) + "/q/metrics").toURL().openStream().readAllBytes(),
              StandardCharsets.UTF_8);
      SERIES.matcher(text).results().forEach(series -> told.add(series.group(1)));
    }
    Set<String> declared = new TreeSet<>();
    Set<String> expected =
        new TreeSet<>(
            Set.of(
                "http_server_requests_seconds_count",
                "jvm_memory_used_bytes",
                "kafka_consumer_fetch_manager_records_lag_max"));
    Stream.of(ServiceMetric.values())
        .forEach(
            metric -> {
              declared.addAll(metric.series());
              if (!OF_WHAT_RUNS_NOW.contains(metric)) {
                expected.addAll(metric.series());
              }
            });
    assertThat(told).containsAll(expected);
    assertThat(told).filteredOn(name -> name.startsWith("gdpo_")).isSubsetOf(declared);
  }
}
