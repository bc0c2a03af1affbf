package io.gdpo.it.campaign;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.it.stack.Records.Seen;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Holds what was told on Kafka against what experiments came to: no fact is lost, and none is told
 * under two ids. A record that comes again under the id that it had is the same event, sent by a
 * service that was killed before it could note that it had sent it; readers skip it, and so does
 * this.
 */
final class ToldOnce {
  private static final List<String> BAD_ENDS =
      List.of("DatasetFailed", "JobFailed", "JobCancelled", "EvaluationFailed");

  private final Map<String, Seen> byId = new LinkedHashMap<>();
  private final ExperimentView undisturbed;
  private final Set<String> jobs = new HashSet<>();
  private final List<String> wrong = new ArrayList<>();
  private int again;

  ToldOnce(List<Seen> records, ExperimentView undisturbed) {
    this.undisturbed = undisturbed;
    for (Seen record : records) {
      if (record.topic().endsWith(".dlq")) {
        wrong.add("dead letter: " + record.headers() + " " + record.text());
        continue;
      }
      String id = record.headers().get("ce_id");
      if (id == null) {
        continue; // a command that the campaign sent
      }
      Seen first = byId.putIfAbsent(id, record);
      if (first == null) {
        continue;
      }
      again++;
      if (!first.type().equals(record.type()) || !Arrays.equals(first.value(), record.value())) {
        wrong.add("event id '%s' stands for %s and %s".formatted(id, first, record));
      }
    }
    for (String end : BAD_ENDS) {
      byId.values().stream()
          .filter(record -> record.is(end))
          .forEach(record -> wrong.add(end + ": " + record.text()));
    }
    check(undisturbed);
  }

  /** Checks all that was told of an experiment that has ended. */
  void check(ExperimentView experiment) {
    List<Seen> finished = about("ExperimentFinished", experiment.name());
    if (finished.size() != 1 || !finished.get(0).at("/status").equals(experiment.status().name())) {
      wrong.add(
          "the end of %s was told as %s"
              .formatted(experiment.name(), finished.stream().map(Seen::text).toList()));
    }
    if (!succeeded(experiment)) {
      wrong.add(experiment.name() + " ended " + experiment.status() + ": " + experiment.reason());
      return;
    }
    checkDataset(experiment);
    for (int i = 0; i < experiment.stages().size(); i++) {
      check(experiment.stages().get(i), undisturbed.stages().get(i));
    }
  }

  /** Several experiments may have asked for one dataset; each is answered, or hears the first. */
  private void checkDataset(ExperimentView experiment) {
    String dataset = experiment.datasetId();
    List<Seen> requests = about("DatasetRequested", dataset);
    List<Seen> own =
        requests.stream().filter(r -> r.at("/requested_by").equals(experiment.name())).toList();
    if (own.size() != 1) {
      wrong.add(
          "DatasetRequested of %s was told %d times for %s"
              .formatted(dataset, own.size(), experiment.name()));
    }
    int ready = about("DatasetReady", dataset).size();
    if (ready < 1 || ready > requests.size()) {
      wrong.add(
          "DatasetReady of %s was told %d times for %d requests"
              .formatted(dataset, ready, requests.size()));
    }
  }

  static boolean succeeded(ExperimentView experiment) {
    return "SUCCEEDED".equals(experiment.status().name());
  }

  private void check(StageView stage, StageView same) {
    String job = stage.jobId();
    jobs.add(job);
    once("JobQueued", job);
    once("JobSucceeded", job);
    once("CheckpointSaved", job);
    once("EvaluationCompleted", stage.evaluation().checkpointId());
    equal(
        "attempts of " + job,
        about("JobStarted", job).stream().map(r -> r.json().at("/attempt").asInt()).toList(),
        IntStream.rangeClosed(1, stage.attempts()).boxed().toList());
    equal("progress of " + job, progress(job), progress(same.jobId()));
  }

  /** The lines of a job, in the order in which they were told. */
  private List<String> progress(String job) {
    return about("JobProgressed", job).stream()
        .map(r -> r.at("/progress/phase") + " " + r.at("/progress/step"))
        .toList();
  }

  private void once(String event, String key) {
    int times = about(event, key).size();
    if (times != 1) {
      wrong.add("%s of %s was told %d times".formatted(event, key, times));
    }
  }

  private List<Seen> about(String event, String key) {
    return byId.values().stream().filter(r -> r.is(event) && r.key().equals(key)).toList();
  }

  private void equal(String what, List<?> told, List<?> expected) {
    if (told.equals(expected)) {
      return;
    }
    List<Object> lost = new ArrayList<>(expected);
    told.forEach(lost::remove);
    List<Object> doubled = new ArrayList<>(told);
    expected.forEach(doubled::remove);
    wrong.add(
        "%s: %s were lost, %s told too often%s"
            .formatted(
                what, lost, doubled, lost.isEmpty() && doubled.isEmpty() ? ", out of order" : ""));
  }

  /** What was wrong, with jobs that belong to none of the experiments. */
  List<String> wrong() {
    List<String> all = new ArrayList<>(wrong);
    byId.values().stream()
        .filter(record -> record.is("JobQueued") && !jobs.contains(record.key()))
        .forEach(record -> all.add("a job of no experiment: " + record.text()));
    return all;
  }

  String summary() {
    return byId.size() + " events, " + again + " delivered again under their id";
  }
}
