package io.gdpo.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void it_warms_up_linearly_and_falls_linearly_to_its_last_share() {
    LearningRateSchedule schedule = new LearningRateSchedule(2e-3, 10, 110, 0.1);

    assertThat(schedule.at(1)).isCloseTo(2e-4, within(1e-12));
    assertThat(schedule.at(10)).isEqualTo(2e-3);
    assertThat(schedule.at(60)).isCloseTo(1.1e-3, within(1e-12));
    assertThat(schedule.at(110)).isCloseTo(2e-4, within(1e-12));
  }

  @Test
  void without_warm_up_the_first_step_has_the_peak() {
    assertThat(new LearningRateSchedule(1, 0, 5, 0).at(1)).isEqualTo(1);
    assertThat(new LearningRateSchedule(1, 0, 5, 0).at(5)).isZero();
    assertThat(new LearningRateSchedule(1, 0, 1, 0).at(1)).isEqualTo(1);
  }

  @Test
  void a_final_share_of_one_is_constant_after_warm_up_however_long_that_is() {
    LearningRateSchedule schedule = new LearningRateSchedule(1, 10, 5, 1);
    assertThat(schedule.at(5)).isEqualTo(0.5);
    assertThat(new LearningRateSchedule(1, 2, 9, 1).at(9)).isEqualTo(1);
  }
}
