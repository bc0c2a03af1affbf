package io.gdpo.benchmark.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpreadTest {

  @Test
  void quartiles_are_interpolated_as_numpy_does() {
    // numpy.quantile([4, 1, 3, 2, 10], [.5, .25, .75]) and of [1, 2, 3, 4]
    assertThat(Spread.of(4, 1, 3, 2, 10)).isEqualTo(new Spread(3, 2, 4));
    assertThat(Spread.of(4, 3, 2, 1)).isEqualTo(new Spread(2.5, 1.75, 3.25));
  }

  @Test
  void one_measurement_has_no_spread() {
    assertThat(Spread.of(7)).isEqualTo(new Spread(7, 7, 7));
  }

  @Test
  void one_disturbed_measurement_does_not_move_the_median() {
    assertThat(Spread.of(1, 1, 1, 1, 500).median()).isEqualTo(1);
  }

  @Test
  void a_machine_that_slows_down_between_rounds_leaves_ratios_alone() {
    double[] theirs = {4, 8, 12};
    double[] ours = {1, 2, 3};

    assertThat(Spread.ofRatios(theirs, ours)).isEqualTo(new Spread(4, 4, 4));
  }

  @Test
  void measurements_that_cannot_be_paired_are_refused() {
    assertThatThrownBy(() -> Spread.ofRatios(new double[] {1, 2}, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 measurements");
    assertThatThrownBy(Spread::of).isInstanceOf(IllegalArgumentException.class);
  }
}
