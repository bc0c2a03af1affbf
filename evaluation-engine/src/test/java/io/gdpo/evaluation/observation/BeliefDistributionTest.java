package io.gdpo.evaluation.observation;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class BeliefDistributionTest {
  @Test
  void aDistributionThatDoesNotSumToOneIsRefused() {
    assertThatThrownBy(() -> BeliefDistribution.of(List.of(0.5, 0.4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("sum to 0.9");
    assertThatThrownBy(() -> BeliefDistribution.of(List.of(1.5, -0.5)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not negative");
    assertThatThrownBy(() -> BeliefDistribution.of(List.of(Double.NaN, 0.5)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
