package io.gdpo.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Schedule;
import io.gdpo.contracts.spec.TrainingSpec;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds schedules against transformers' (golden/schedules.json, from tools/schedule). */
class LearningRateScheduleTest {
  static Stream<JsonNode> cases() throws IOException {
    try (InputStream in =
        LearningRateScheduleTest.class.getResourceAsStream("/golden/schedules.json")) {
      return StreamSupport.stream(Json.EVENTS.readTree(in).get("cases").spliterator(), false);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void every_step_has_transformers_learning_rate(JsonNode golden) {
    long steps = golden.get("total_steps").asLong();
    TrainingSpec spec =
        Json.SPECS.convertValue(
            Map.of(
                "loss", "sft",
                "schedule", golden.get("schedule"),
                "learning_rate", golden.get("peak"),
                "warmup_steps", golden.get("warmup_steps"),
                "final_learning_rate_ratio", golden.get("final_learning_rate_ratio")),
            TrainingSpec.class);

    LearningRateSchedule schedule = LearningRateSchedule.of(spec, steps);

    for (int step = 1; step <= steps; step++) {
      assertThat(schedule.at(step))
          .as("step %d of %s", step, spec.schedule())
          .isCloseTo(golden.get("rates").get(step - 1).asDouble(), within(1e-15));
    }
  }

  @Test
  void linear_and_cosine_decay_meet_half_way_and_end_at_the_last_share_of_the_peak() {
    for (Schedule decay : new Schedule[] {Schedule.LINEAR, Schedule.COSINE}) {
      LearningRateSchedule schedule = new LearningRateSchedule(2e-3, 10, 110, 0.1, decay);

      assertThat(schedule.at(1)).isCloseTo(2e-4, within(1e-12));
      assertThat(schedule.at(10)).isEqualTo(2e-3);
      assertThat(schedule.at(60)).isCloseTo(1.1e-3, within(1e-12));
      assertThat(schedule.at(110)).isCloseTo(2e-4, within(1e-12));
    }
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void without_warm_up_the_first_step_has_the_peak_and_a_single_step_too(Schedule decay) {
    assertThat(new LearningRateSchedule(1, 0, 5, 0, decay).at(1)).isEqualTo(1);
    assertThat(new LearningRateSchedule(1, 0, 1, 0, decay).at(1)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Schedule.class)
  void a_warm_up_longer_than_the_run_is_cut_off_by_its_end(Schedule decay) {
    assertThat(new LearningRateSchedule(1, 10, 5, 0.1, decay).at(5)).isEqualTo(0.5);
  }
}
