package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.LossSetting;
import io.gdpo.contracts.topic.EventType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the version before put on Kafka, recorded by {@code tools/version-before}: it waits there,
 * or in an outbox, while the services are exchanged.
 */
class EventsOfVersionBeforeTest {
  /** What their fields are named is data. */
  private static final Set<String> MAPS = Set.of("metrics", "examples_by_split");

  /** Named here, so that one that goes away is noticed: its records would be refused. */
  private static final List<EventType> NEWER =
      List.of(
          EventType.EXPERIMENT_SUSPEND_REQUESTED,
          EventType.EXPERIMENT_SUSPENDED,
          EventType.EXPERIMENT_CANCEL_REQUESTED,
          EventType.DATASET_CANCEL_REQUESTED,
          EventType.DATASET_CANCELLED,
          EventType.JOB_CANCEL_REQUESTED,
          EventType.EVALUATION_CANCEL_REQUESTED,
          EventType.EVALUATION_CANCELLED,
          EventType.EXPERIMENT_DELETE_REQUESTED,
          EventType.EXPERIMENT_DELETED,
          EventType.CHECKPOINTS_DELETED,
          EventType.DATASET_HOLD_REQUESTED,
          EventType.DATASET_RELEASE_REQUESTED,
          EventType.DATASET_DELETED);

  static Stream<JsonNode> recorded() {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                EventsOfVersionBeforeTest.class.getResourceAsStream("/version-before/events.jsonl"),
                StandardCharsets.UTF_8))) {
      List<JsonNode> events = new ArrayList<>();
      for (String line : lines.lines().toList()) {
        events.add(Json.EVENTS.readTree(line));
      }
      return events.stream();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void itIsReadWithAllThatItSays(JsonNode recorded) {
    CloudEvents.Received read = CloudEvents.read(record(recorded, recorded.get("data")));

    assertThat(read.id()).isEqualTo(recorded.get("id").asText());
    assertThat(read.source()).isEqualTo("/recorded");
    assertThat(read.event().key()).isEqualTo(recorded.get("partitionkey").asText());
    assertThat(lost("", withOwnSettings(recorded), Json.EVENTS.valueToTree(read.event())))
        .isEmpty();
    if (read.event() instanceof Event.Command) {
      assertThat(CloudEvents.readCommand(record(recorded, recorded.get("data"))).event())
          .isEqualTo(read.event());
    }
  }

  /**
   * That version told every loss's settings of each stage; a default that is not read is left out.
   */
  private static JsonNode withOwnSettings(JsonNode recorded) {
    JsonNode data = recorded.get("data").deepCopy();
    for (JsonNode stage : data.at("/spec/stages")) {
      ObjectNode training = (ObjectNode) stage.get("training");
      Loss loss = Json.SPECS.convertValue(training.get("loss"), Loss.class);
      for (LossSetting setting : LossSetting.values()) {
        JsonNode unread = Json.SPECS.valueToTree(setting.fallback());
        if (!loss.reads(setting) && unread.equals(training.get(setting.field()))) {
          training.remove(setting.field());
        }
      }
    }
    return data;
  }

  @ParameterizedTest
  @MethodSource("recorded")
  void fieldsThatALaterVersionAddsAreIgnoredAtEveryDepth(JsonNode recorded) {
    JsonNode later = recorded.get("data").deepCopy();
    addFields(later);

    assertThat(CloudEvents.read(record(recorded, later)).event())
        .isEqualTo(CloudEvents.read(record(recorded, recorded.get("data"))).event());
  }

  @Test
  void everyTypeThatThereWasIsStillThere() {
    List<EventType> types =
        recorded().flatMap(e -> EventType.ofType(e.get("type").asText()).stream()).toList();

    assertThat(types).hasSize((int) recorded().count());
    assertThat(Stream.concat(types.stream(), NEWER.stream()))
        .containsExactlyInAnyOrder(EventType.values());
  }

  @Test
  void anEvaluationThatWasKnownByItsCheckpointKeepsThatId() {
    List<Event> events =
        recorded().map(e -> CloudEvents.read(record(e, e.get("data"))).event()).toList();

    assertThat(events)
        .filteredOn(EvaluationCompleted.class::isInstance)
        .extracting("evaluationId")
        .containsExactly("sft-1a2b3c4d-best");
    assertThat(events)
        .filteredOn(EvaluationFailed.class::isInstance)
        .extracting("evaluationId")
        .containsExactly("gdpo-5e6f7a8b-final");
  }

  @Test
  void aTypeOfAnotherVersionIsRefusedWithWhereToLook() {
    ObjectNode other = recorded().findFirst().orElseThrow().deepCopy();
    other.put("type", "io.gdpo.ExperimentPaused");

    assertThatThrownBy(() -> CloudEvents.read(record(other, other.get("data"))))
        .isInstanceOf(PoisonEventException.class)
        .hasMessageContaining("'io.gdpo.ExperimentPaused' is unknown")
        .hasMessageContaining("of another version")
        .hasMessageContaining("docs/reference/events.md");
  }

  private static ConsumerRecord<String, byte[]> record(JsonNode recorded, JsonNode data) {
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>(
            recorded.get("topic").asText(),
            0,
            0,
            recorded.get("partitionkey").asText(),
            data.toString().getBytes(StandardCharsets.UTF_8));
    for (String name : List.of("id", "type", "source", "time", "specversion")) {
      CloudEvents.put(record.headers(), "ce_" + name, recorded.get(name).asText());
    }
    return record;
  }

  /** What was said and is not said any more; what was said to be nothing may be left out. */
  private static List<String> lost(String path, JsonNode before, JsonNode now) {
    if (!before.isContainerNode() || before.isEmpty()) {
      boolean same =
          before.isNull()
              ? now.isNull() || now.isMissingNode()
              : before.equals(now) || (before.isNumber() && before.asDouble() == now.asDouble());
      return same ? List.of() : List.of(path + " is " + now + ", was " + before);
    }
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : before.properties()) {
      lost.addAll(lost(path + "/" + field.getKey(), field.getValue(), now.path(field.getKey())));
    }
    for (int i = 0; before.isArray() && i < before.size(); i++) {
      lost.addAll(lost(path + "/" + i, before.get(i), now.path(i)));
    }
    return lost;
  }

  private static void addFields(JsonNode json) {
    json.forEach(EventsOfVersionBeforeTest::addFields);
    if (json instanceof ObjectNode object) {
      object.putObject("of_a_later_version").putArray("and").add(1);
      for (String map : MAPS) {
        if (object.get(map) instanceof ObjectNode data) {
          data.remove("of_a_later_version");
        }
      }
    }
  }
}
