package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PreferenceMarginTest {
  @Test
  void a_margin_of_rounding_favours_neither_side() {
    for (int ulps = -8; ulps <= 8; ulps++) {
      float moved = -59.7f + ulps * Math.ulp(59.7f);
      assertThat(new PreferenceMargin(moved, -47.81f, -59.7f, -47.81f).favoursChosen()).isFalse();
      assertThat(new PreferenceMargin(-59.7f, -47.81f, -59.7f, moved + 11.89f).favoursChosen())
          .isFalse();
      assertThat(PreferenceMargin.of(moved, -59.7f).favoursChosen()).isFalse();
    }
  }

  @Test
  void what_was_learnt_is_told_from_rounding() {
    assertThat(new PreferenceMargin(-59.69, -47.81, -59.7, -47.81).favoursChosen()).isTrue();
    assertThat(new PreferenceMargin(-59.7, -47.80, -59.7, -47.81).favoursChosen()).isFalse();
    assertThat(new PreferenceMargin(-0.01, -0.010001, 0, 0).favoursChosen()).isTrue();
    assertThat(new PreferenceMargin(-0.5, -0.75, -0.625, -0.5).value()).isEqualTo(0.375);
  }

  @Test
  void the_margin_is_the_difference_of_log_ratios() {
    assertThat(new PreferenceMargin(-10, -20, -12, -15).value()).isEqualTo(7.0);
  }

  @Test
  void equal_sides_and_no_number_favour_neither() {
    assertThat(PreferenceMargin.of(-3, -3).favoursChosen()).isFalse();
    assertThat(PreferenceMargin.of(0, 0).favoursChosen()).isFalse();
    assertThat(PreferenceMargin.of(Double.NaN, -3).favoursChosen()).isFalse();
  }
}
