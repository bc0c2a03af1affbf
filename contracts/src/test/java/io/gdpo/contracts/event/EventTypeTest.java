package io.gdpo.contracts.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EventTypeTest {

  @Test
  void everyEventRecordHasOneType() {
    Stream<Class<?>> records =
        Arrays.stream(Event.class.getPermittedSubclasses())
            .filter(Class::isSealed)
            .flatMap(topic -> Arrays.stream(topic.getPermittedSubclasses()));

    assertThat(Arrays.stream(EventType.values()).map(EventType::eventClass))
        .containsExactlyInAnyOrderElementsOf(
            records.<Class<? extends Event>>map(r -> r.asSubclass(Event.class)).toList());
  }

  @Test
  void anEventSurvivesTheWayThroughJsonWithoutItsKey() throws Exception {
    var progress = new TrainingProgress(Phase.TRAIN, 3, 10, 96, 0.3, Map.of("loss", 1.5), 900, 12);
    var event = new JobProgressed("job-1", 1, progress);

    String json = Json.EVENTS.writeValueAsString(event);

    assertThat(json).doesNotContain("\"key\"").contains("\"job_id\":\"job-1\"");
    assertThat(Json.EVENTS.readValue(json, JobProgressed.class)).isEqualTo(event);
  }

  @Test
  void readersIgnoreFieldsOfNewerWriters() throws Exception {
    String json = "{\"job_id\":\"j\",\"experiment\":\"e\",\"stage\":\"s\",\"added_later\":1}";

    assertThat(Json.EVENTS.readValue(json, JobQueued.class))
        .isEqualTo(new JobQueued("j", "e", "s"));
  }

  @Test
  void typesAreFoundByTheirCloudEventsName() {
    assertThat(EventType.ofType("io.gdpo.DatasetReady")).contains(EventType.DATASET_READY);
    assertThat(EventType.ofType("io.gdpo.Nonsense")).isEmpty();
  }
}
