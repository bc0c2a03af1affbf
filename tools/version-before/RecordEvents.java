import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.platform.event.CloudEvents;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Prints one event of each type as the version before puts it on Kafka: a CloudEvent in JSON a
 * line, with the record's topic and key. Runs on that version's classes, see make_fixtures.sh.
 */
final class RecordEvents {
  private static final Checkpoint SFT =
      new Checkpoint(
          "sft-1a2b3c4d-best",
          "sft-1a2b3c4d",
          "river",
          "sft",
          "sft",
          "best",
          40,
          "file:///home/artifacts/jobs/sft-1a2b3c4d/best/",
          null,
          "file:///home/artifacts/datasets/river-0f0f0f0f",
          "file:///home/artifacts/jobs/sft-1a2b3c4d/progress.jsonl",
          0.1,
          256,
          192);

  private static final Checkpoint GDPO =
      new Checkpoint(
          "gdpo-5e6f7a8b-final",
          "gdpo-5e6f7a8b",
          "river",
          "gdpo",
          "gdpo",
          "final",
          120,
          "file:///home/artifacts/jobs/gdpo-5e6f7a8b/final/",
          "file:///home/artifacts/jobs/sft-1a2b3c4d/best/",
          "file:///home/artifacts/datasets/river-0f0f0f0f",
          "file:///home/artifacts/jobs/gdpo-5e6f7a8b/progress.jsonl",
          0.25,
          256,
          192);

  private RecordEvents() {}

  /**
   * @param args an experiment file
   */
  public static void main(String[] args) throws IOException {
    ExperimentSpec spec =
        Json.YAML_SPECS.readValue(Path.of(args[0]).toFile(), ExperimentSpec.class);
    List<Event> events =
        List.of(
            new ExperimentSubmitted(spec),
            new ExperimentFinished("river", "FAILED", "stage 'gdpo' failed: the loss is NaN"),
            new DatasetRequested(
                "river-0f0f0f0f",
                new DatasetSpec(
                    null,
                    "survey.csv",
                    null,
                    "Riverside",
                    new DatasetSpec.SynthesisSpec(8, 3L),
                    "tokenizer.json"),
                "river"),
            new DatasetReady(
                "river-0f0f0f0f",
                "file:///home/artifacts/datasets/river-0f0f0f0f",
                Map.of("train", 2880L, "eval", 360L, "test", 361L)),
            new DatasetFailed("river-0f0f0f0f", "survey.csv, row 7: no shares for 'Riverside'"),
            new JobQueued("sft-1a2b3c4d", "river", "sft"),
            new JobStarted("sft-1a2b3c4d", "river", "sft", 2),
            new JobProgressed(
                "sft-1a2b3c4d",
                2,
                new TrainingProgress(
                    "train", 30, 40, 960, 1.5, Map.of("loss", 1.25, "jsd", 0.5), 1234.5, 7.75)),
            new JobSucceeded("sft-1a2b3c4d", "river", "sft"),
            new JobFailed("gdpo-5e6f7a8b", "river", "gdpo", "the loss is NaN at step 3"),
            new JobCancelled("gdpo-5e6f7a8b", "river", "gdpo"),
            new CheckpointSaved(SFT, spec.evaluation()),
            new EvaluationRequested(GDPO, new EvaluationSpec("eval", "final", 4, 12, 5L)),
            new EvaluationCompleted(
                "sft-1a2b3c4d-best",
                "river",
                "sft",
                Map.of("jsd", 0.125, "yardstick/uniform", 0.375),
                "file:///home/artifacts/evaluations/sft-1a2b3c4d-best/evaluation.json"),
            new EvaluationFailed("gdpo-5e6f7a8b-final", "river", "gdpo", "exit code 137"));
    if (events.size() != EventType.values().length) {
      throw new IllegalStateException("not each type is recorded");
    }
    for (Event event : events) {
      System.out.println(structured(CloudEvents.record(event, "/recorded")));
    }
  }

  private static ObjectNode structured(ProducerRecord<String, byte[]> record) throws IOException {
    ObjectNode json = Json.EVENTS.createObjectNode();
    record
        .headers()
        .forEach(
            header ->
                json.put(
                    header.key().replace("ce_", "").replace("content-type", "datacontenttype"),
                    new String(header.value(), StandardCharsets.UTF_8)));
    json.put("topic", record.topic()).put("partitionkey", record.key());
    json.set("data", Json.EVENTS.readTree(record.value()));
    return json;
  }
}
