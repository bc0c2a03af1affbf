package io.gdpo.benchmark.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgreementTest {

  @Test
  void sides_agree_within_the_tolerance_and_not_beyond() {
    assertThat(new Agreement("loss", 2, 2.0001, 1e-4).holds()).isTrue();
    assertThat(new Agreement("loss", 2, 2.0003, 1e-4).holds()).isFalse();
    assertThat(new Agreement("loss", 2, Double.NaN, 1e-4).holds()).isFalse();
  }

  @Test
  void a_tolerance_of_0_asks_for_equality() {
    assertThat(new Agreement("tokens", 581, 581, 0).holds()).isTrue();
    assertThat(new Agreement("tokens", 581, 582, 0).holds()).isFalse();
  }

  @Test
  void every_quantity_is_compared() {
    List<Agreement> agreements =
        Agreement.of(Map.of("loss", 1.0, "norm", 2.0), Map.of("norm", 2.5, "loss", 1.0), 1e-4);

    assertThat(agreements)
        .containsExactlyInAnyOrder(
            new Agreement("loss", 1, 1, 1e-4), new Agreement("norm", 2, 2.5, 1e-4));
  }

  @Test
  void sides_that_report_different_quantities_are_refused() {
    assertThatThrownBy(() -> Agreement.of(Map.of("loss", 1.0), Map.of("nll", 1.0), 1e-4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("loss")
        .hasMessageContaining("nll");
  }
}
