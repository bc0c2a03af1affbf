package io.gdpo.it.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.it.stack.Records.Seen;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A campaign that finds nothing has looked: each thing that it looks for is found. */
class WhatACampaignFindsTest {
  private final ExperimentView undisturbed = experiment("undisturbed", 0.25);
  private final ExperimentView disturbed = experiment("disturbed", 0.25);

  @Test
  void nothingWhereEachFactIsToldOnce() {
    List<Seen> records = all();
    records.add(records.get(4)); // delivered again, under its id

    assertThat(wrongIn(records)).isEmpty();
  }

  @Test
  void aLostEventAndOneToldUnderTwoIds() {
    List<Seen> records = all();
    records.removeIf(r -> r.key().equals("disturbed-job") && r.is("JobProgressed"));
    records.add(event("again", "JobSucceeded", "disturbed-job", "{}"));

    assertThat(wrongIn(records))
        .containsExactlyInAnyOrder(
            "JobSucceeded of disturbed-job was told 2 times",
            "progress of disturbed-job: [train 10] were lost, [] told too often");
  }

  @Test
  void anIdThatStandsForTwoEventsADeadLetterAndABadEnd() {
    List<Seen> records = all();
    records.add(event(records.get(0).headers().get("ce_id"), "JobQueued", "stranger", "{}"));
    records.add(new Seen("gdpo.jobs.dlq", "k", "io.gdpo.JobStarted", Map.of(), new byte[] {'x'}));
    records.add(event("bad", "EvaluationFailed", "disturbed-best", "{}"));

    assertThat(wrongIn(records))
        .hasSize(3)
        .anyMatch(wrong -> wrong.startsWith("event id "))
        .anyMatch(wrong -> wrong.startsWith("dead letter"))
        .anyMatch(wrong -> wrong.startsWith("EvaluationFailed"));
  }

  @Test
  void otherWeightsOtherMeasuresAndWhatIsLeftOver(@TempDir Path artifacts) throws Exception {
    weights(artifacts, "undisturbed-job", "same");
    weights(artifacts, "disturbed-job", "same");
    assertThat(wrongIn(artifacts, disturbed)).isEmpty();

    weights(artifacts, "disturbed-job", "sane");
    assertThat(wrongIn(artifacts, disturbed)).singleElement().asString().contains("other weights");

    weights(artifacts, "disturbed-job", "same");
    assertThat(wrongIn(artifacts, experiment("disturbed", 0.2500001)))
        .singleElement()
        .asString()
        .contains("measures");

    Files.createFile(artifacts.resolve("jobs/.disturbed-job.tmp"));
    assertThat(wrongIn(artifacts, disturbed)).containsExactly("left over: jobs/.disturbed-job.tmp");

    Files.delete(artifacts.resolve("jobs/disturbed-job/best/model.safetensors"));
    assertThat(wrongIn(artifacts, disturbed))
        .anyMatch(wrong -> wrong.contains("left the files []"));
  }

  private List<String> wrongIn(List<Seen> records) {
    ToldOnce told = new ToldOnce(records, undisturbed);
    told.check(disturbed);
    return told.wrong();
  }

  private List<String> wrongIn(Path artifacts, ExperimentView experiment) {
    SameResults results = new SameResults(artifacts, undisturbed);
    results.check(experiment);
    return results.wrong();
  }

  private static void weights(Path artifacts, String job, String content) throws Exception {
    Path best = Files.createDirectories(artifacts.resolve("jobs").resolve(job).resolve("best"));
    Files.writeString(best.resolve("model.safetensors"), content);
  }

  private static List<Seen> all() {
    List<Seen> records = new ArrayList<>();
    for (String name : List.of("undisturbed", "disturbed")) {
      String job = name + "-job";
      String request = "{\"requested_by\": \"" + name + "\"}";
      records.add(event(name + 1, "DatasetRequested", name + "-data", request));
      records.add(event(name + 2, "DatasetReady", name + "-data", "{}"));
      records.add(event(name + 3, "JobQueued", job, "{}"));
      records.add(event(name + 4, "JobStarted", job, "{\"attempt\": 1}"));
      records.add(
          event(
              name + 5,
              "JobProgressed",
              job,
              "{\"attempt\": 1, \"progress\": {\"phase\": \"train\", \"step\": 10}}"));
      records.add(event(name + 6, "JobSucceeded", job, "{}"));
      records.add(event(name + 7, "CheckpointSaved", job, "{}"));
      records.add(event(name + 8, "EvaluationCompleted", name + "-best", "{}"));
      records.add(event(name + 9, "ExperimentFinished", name, "{\"status\": \"SUCCEEDED\"}"));
    }
    return records;
  }

  private static Seen event(String id, String name, String key, String json) {
    return new Seen(
        "gdpo.any",
        key,
        "io.gdpo." + name,
        Map.of("ce_id", id),
        json.getBytes(StandardCharsets.UTF_8));
  }

  private static ExperimentView experiment(String name, double jsd) {
    String json =
        """
        {"name": "%1$s", "status": "SUCCEEDED", "dataset_id": "%1$s-data",
         "stages": [{"name": "sft", "job_id": "%1$s-job", "status": "SUCCEEDED", "attempts": 1,
                     "evaluation": {"status": "SUCCEEDED", "checkpoint_id": "%1$s-best",
                                    "metrics": {"jsd": %2$s}}}]}
        """
            .formatted(name, jsd);
    try {
      return Json.EVENTS.readValue(json, ExperimentView.class);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
