package io.gdpo.it.poison;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.io.IOException;
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
              r -> r.topic().equals(topic + ".dlq") && ("poison-" + topic).equals(r.key()));

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
              r -> r.topic().equals("gdpo.experiments.dlq") && "after-poison".equals(r.key()));
      assertThat(answered.headers().get("dead-letter-reason"))
          .isEqualTo("There is no experiment 'after-poison'");
    }
  }

  @Test
  void aCommandThatCameTooEarlyTakesEffectOnceItIsSentAgain(Stack stack) throws IOException {
    String home = stack.home().toString();
    try (Records records = new Records(stack)) {
      records.send(
          "gdpo.experiments",
          "not-yet",
          "ExperimentCancelRequested",
          "{\"experiment\": \"not-yet\"}");
      records.await(
          "its dead letter",
          LIMIT,
          r -> r.topic().equals("gdpo.experiments.dlq") && "not-yet".equals(r.key()));
      assertThat(stack.takes(TinyExperiment.twoStages("not-yet", 100_000))).isTrue();

      JsonNode letter = letter(home, "not-yet");
      String place =
          "gdpo.experiments/" + letter.path("partition").asInt() + "/" + letter.path("offset");
      assertThat(letter.path("reason").asText()).isEqualTo("There is no experiment 'not-yet'");
      assertThat(letter.has("resent_at")).isFalse();
      Gdpo.Result resent = Gdpo.run("dead-letters", "resend", place, "--home", home);

      assertThat(resent.output()).as(resent.errors()).contains(place + " is sent again");
      Records.Seen end =
          records.await(
              "the end of the experiment",
              LIMIT,
              r -> r.is("ExperimentFinished") && "not-yet".equals(r.key()));
      assertThat(end.at("/status")).isEqualTo("CANCELLED");
      assertThat(letter(home, "not-yet").has("resent_at")).isTrue();
    }
  }

  private static JsonNode letter(String home, String key) throws IOException {
    Gdpo.Result listed =
        Gdpo.run("dead-letters", "--topic", "gdpo.experiments", "--home", home, "--json");
    for (JsonNode letter : Json.EVENTS.readTree(listed.output())) {
      if (letter.path("key").asText().equals(key)) {
        return letter;
      }
    }
    throw new AssertionError("Not among the dead letters: " + listed.output() + listed.errors());
  }
}
