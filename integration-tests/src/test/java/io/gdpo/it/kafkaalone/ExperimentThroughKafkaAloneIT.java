package io.gdpo.it.kafkaalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** One record in, one record out, and every step between them told on Kafka. */
@ExtendWith(SharedStack.class)
class ExperimentThroughKafkaAloneIT {

  @Test
  void oneRecordRunsAnExperimentToItsEnd(Stack stack) {
    try (Records records = new Records(stack)) {
      String submission = "{\"spec\": " + TinyExperiment.quick("kafka-alone") + "}";
      records.send("gdpo.experiments", "kafka-alone", "ExperimentSubmitted", submission);
      records.send("gdpo.experiments", "kafka-alone", "ExperimentSubmitted", submission);

      Records.Seen finished =
          records.await(
              "ExperimentFinished",
              Duration.ofSeconds(120),
              r -> r.is("ExperimentFinished") && r.key().equals("kafka-alone"));

      assertThat(finished.at("/status")).as(finished.text()).isEqualTo("SUCCEEDED");
      List<Records.Seen> requests =
          records.all(r -> r.is("DatasetRequested") && r.at("/requested_by").equals("kafka-alone"));
      assertThat(requests).hasSize(1);
      assertThat(records.all(r -> r.is("DatasetReady") && r.key().equals(requests.get(0).key())))
          .as("the answer, and those to others who asked for the same dataset")
          .isNotEmpty();
      assertThat(stagesOf(records, "JobSucceeded", "/stage")).containsExactly("sft", "gdpo");
      assertThat(stagesOf(records, "CheckpointSaved", "/checkpoint/stage"))
          .containsExactlyInAnyOrder("sft", "gdpo");
      assertThat(stagesOf(records, "EvaluationCompleted", "/stage"))
          .containsExactlyInAnyOrder("sft", "gdpo");
      assertThat(
              records.all(r -> r.is("EvaluationCompleted") && isOurs(r)).stream()
                  .map(r -> r.json().at("/metrics/jsd").asDouble(-1)))
          .allSatisfy(jsd -> assertThat(jsd).isBetween(0.0, 0.8326));
    }
  }

  /** The stages of this experiment that an event was told of; told twice would show twice. */
  private static List<String> stagesOf(Records records, String event, String pointer) {
    return records.all(r -> r.is(event) && isOurs(r)).stream().map(r -> r.at(pointer)).toList();
  }

  private static boolean isOurs(Records.Seen record) {
    return "kafka-alone".equals(record.at("/experiment"))
        || "kafka-alone".equals(record.at("/checkpoint/experiment"));
  }
}
