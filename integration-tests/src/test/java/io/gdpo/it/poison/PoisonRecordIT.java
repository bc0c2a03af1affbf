package io.gdpo.it.poison;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A record that nobody can read is put aside with its reason, and the next one is handled. */
@ExtendWith(SharedStack.class)
class PoisonRecordIT {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @ParameterizedTest
  @CsvSource({
    "gdpo.experiments, ExperimentSubmitted",
    "gdpo.datasets, DatasetRequested",
    "gdpo.jobs, JobStarted",
    "gdpo.checkpoints, CheckpointSaved",
    "gdpo.evaluations, EvaluationRequested"
  })
  void brokenJsonGoesToTheDeadLetterTopicWithItsReason(String topic, String event, Stack stack) {
    try (Records records = new Records(stack)) {
      records.send(topic, "poison-" + topic, event, "{\"broken\": ");

      Records.Seen dead =
          records.await(
              topic + ".dlq",
              LIMIT,
              r -> r.topic().equals(topic + ".dlq") && r.key().equals("poison-" + topic));

      assertThat(dead.text()).isEqualTo("{\"broken\": ");
      assertThat(dead.headers().get("dead-letter-reason")).isNotBlank();
    }
  }

  @Test
  void aRecordAfterPoisonIsHandled(Stack stack) {
    try (Records records = new Records(stack)) {
      records.send("gdpo.experiments", "p", Map.of(), "no CloudEvent at all");
      records.send("gdpo.experiments", "p", Map.of("ce_type", "io.gdpo.Unheard"), "{}");
      records.send(
          "gdpo.experiments",
          "after-poison",
          "ExperimentCancelRequested",
          "{\"experiment\": \"after-poison\"}");

      Records.Seen answered =
          records.await(
              "the answer to the command behind them",
              LIMIT,
              r -> r.topic().equals("gdpo.experiments.dlq") && r.key().equals("after-poison"));
      assertThat(answered.headers().get("dead-letter-reason"))
          .isEqualTo("There is no experiment 'after-poison'");
    }
  }
}
