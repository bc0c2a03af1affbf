package io.gdpo.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.evaluation.observation.JudgedObservation;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class JudgedMetricsTest {
  @Test
  void auc_is_the_share_of_couples_in_which_the_good_response_is_likelier_token_for_token() {
    // Of a token: good -1, -3; bad -2, -3, -9. Of six couples four are won and one is tied.
    Map<String, Double> metrics =
        Metrics.ofJudged(
            List.of(
                without(true, 4, -4),
                without(false, 1, -2),
                without(true, 1, -3),
                without(false, 2, -6),
                without(false, 1, -9)),
            0.1);

    assertThat(metrics).containsOnlyKeys("judged_auc");
    assertThat(metrics.get("judged_auc")).isCloseTo(4.5 / 6, within(1e-12));
  }

  @Test
  void with_a_reference_rewards_tell_good_and_bad_responses_apart() {
    Map<String, Double> metrics =
        Metrics.ofJudged(
            List.of(of(true, -5, -8), of(false, -1, -2), of(true, -9, -9), of(false, -3, 0)), 0.5);

    assertThat(metrics.get("judged_reward_auc")).isCloseTo(3 / 4.0, within(1e-12));
    assertThat(metrics.get("margin")).isCloseTo(0.5 * (1.5 - -1), within(1e-12));
  }

  @Test
  void where_all_are_good_nothing_is_told_apart() {
    assertThat(Metrics.ofJudged(List.of(of(true, -5, -8), of(true, -4, -8)), 0.1)).isEmpty();
  }

  private static JudgedObservation without(boolean good, int tokens, double policy) {
    return new JudgedObservation(good, tokens, policy, OptionalDouble.empty());
  }

  private static JudgedObservation of(boolean good, double policy, double reference) {
    return new JudgedObservation(good, 1, policy, OptionalDouble.of(reference));
  }
}
