package io.gdpo.contracts.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.job.BuildResult;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.EvaluationSummary;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.state.Phase;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.EvaluationView;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.JobView;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  static Stream<Class<?>> readLeniently() {
    return Stream.concat(
        Arrays.stream(EventType.values()).map(EventType::eventClass),
        Stream.of(
            ExperimentView.class,
            ExperimentView.StageView.class,
            ExperimentView.StageEvaluation.class,
            JobView.class,
            DatasetView.class,
            EvaluationView.class,
            EvaluationProgress.class,
            WorkOutcome.class,
            BuildTask.class,
            BuildResult.class,
            DatasetCard.class,
            TrainingJob.class,
            TrainingProgress.class,
            TrainingResult.class,
            Checkpoint.class,
            EvaluationTask.class,
            EvaluationSummary.class,
            EvaluationResult.class,
            QuestionResult.class));
  }

  @ParameterizedTest
  @MethodSource("readLeniently")
  void readersIgnoreFieldsOfNewerWriters(Class<?> type) throws Exception {
    String json = "{\"added_later\": {\"and\": [1, {\"deeper\": null}]}}";

    assertThat(Json.EVENTS.readValue(json, type)).isEqualTo(Json.EVENTS.readValue("{}", type));
  }

  @Test
  void typesAreFoundByTheirCloudEventsName() {
    assertThat(EventType.ofType("io.gdpo.DatasetReady")).contains(EventType.DATASET_READY);
    assertThat(EventType.ofType("io.gdpo.Nonsense")).isEmpty();
  }
}
