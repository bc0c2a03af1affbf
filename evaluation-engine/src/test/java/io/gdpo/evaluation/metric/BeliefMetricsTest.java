package io.gdpo.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.ParsedResponse;
import io.gdpo.evaluation.metric.ClassBeliefConsistency.Verdict;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BeliefMetricsTest {
  private static final BeliefDistribution GROUP =
      BeliefDistribution.proportionalTo(0.1, 0.2, 0, 0, 0.6, 0.1);

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

  @Test
  void massOffTheBeliefTokensIsLostByTheRestrictedDistributionAndShownByBeliefMass() {
    BeliefReading leaking = new BeliefReading(0.05, 0.1, 0, 0, 0.3, 0.05);
    assertThat(leaking.mass()).isCloseTo(0.5, within(1e-12));
    assertThat(JensenShannonDistance.between(GROUP, leaking.restricted()))
        .isCloseTo(0, within(1e-7));
  }

  @Test
  void majorityBiasIsOneForTheGroupItselfAndAboveForASharpenedModel() {
    assertThat(MajorityBias.of(GROUP, GROUP)).isEqualTo(1);
    assertThat(MajorityBias.of(GROUP, BeliefDistribution.proportionalTo(0, 0.1, 0, 0, 0.9, 0)))
        .isCloseTo(1.5, within(1e-12));
  }

  @Test
  void minorityCoverageCountsOnlyBeliefsThatSomeoneHolds() {
    SampledBeliefs samples = new SampledBeliefs(6);
    samples.add(OptionalInt.of(4));
    samples.add(OptionalInt.of(1));
    samples.add(OptionalInt.of(3));
    samples.add(OptionalInt.empty());
    assertThat(MinorityCoverage.of(GROUP, samples)).isEqualTo(0.5);
    assertThat(MinorityCoverage.expected(GROUP, 1)).isCloseTo(0.25, within(1e-12));
  }

  @Test
  void samplesWithoutAnyBeliefAreAsFarAwayAsCanBe() {
    SampledBeliefs samples = new SampledBeliefs(6);
    samples.add(OptionalInt.empty());
    assertThat(samples.total()).isEqualTo(1);
    assertThat(samples.distanceTo(GROUP)).isEqualTo(JensenShannonDistance.MAXIMUM);
  }

  @Test
  void samplesOfPromptsAddUp() {
    SampledBeliefs one = new SampledBeliefs(6);
    one.add(OptionalInt.of(4));
    one.add(OptionalInt.empty());
    SampledBeliefs both = new SampledBeliefs(6);
    both.addAll(one);
    both.addAll(one);
    assertThat(both.counts()).containsExactly(0, 0, 0, 0, 2, 0);
    assertThat(both.withoutBelief()).isEqualTo(2);
    assertThat(both.histogram().orElseThrow().probability(4)).isEqualTo(1);
  }

  @Test
  void consistencyTellsContradictionsUnknownTextsUnclosedAndBeliefless() {
    ClassBeliefConsistency cbc =
        new ClassBeliefConsistency(
            new OptionClasses(
                List.of(
                    example("q1", 5, "Good", 1, "Bad"), example("q2", 4, "Bad", 0, "Don't know"))));
    assertThat(cbc.add("q1", answer(5, "Good", true))).isEqualTo(Verdict.CONSISTENT);
    assertThat(cbc.add("q1", answer(5, " Good ", true))).isEqualTo(Verdict.CONSISTENT);
    assertThat(cbc.add("q1", answer(4, "Bad", true))).isEqualTo(Verdict.CONTRADICTORY);
    assertThat(cbc.add("q2", answer(4, "Bad", true))).isEqualTo(Verdict.CONSISTENT);
    assertThat(cbc.add("q1", answer(0, "Don't know", true))).isEqualTo(Verdict.CONSISTENT);
    assertThat(cbc.add("q1", answer(5, "Goodish", true))).isEqualTo(Verdict.UNKNOWN_TEXT);
    assertThat(cbc.add("q1", answer(5, "Good and on", false))).isEqualTo(Verdict.UNCLOSED);
    assertThat(cbc.add("q1", new ParsedResponse(OptionalInt.empty(), "Good", "", true)))
        .isEqualTo(Verdict.NO_BELIEF);
    assertThat(cbc.share(Verdict.CONSISTENT)).isEqualTo(0.5);
    assertThat(cbc.share(Verdict.UNKNOWN_TEXT)).isEqualTo(0.125);
  }

  @Test
  void optionLabelsNameEveryTextOfAClass() {
    OptionClasses options =
        new OptionClasses(
            List.of(example("q", 5, "Good", 1, "Bad"), example("q", 5, "Very good", 1, "Bad")));
    assertThat(options.labels("q")).isEqualTo(Map.of(5, "Good / Very good", 1, "Bad"));
    assertThat(options.texts("q")).containsExactlyInAnyOrder("Good", "Very good", "Bad");
    assertThat(options.labels("unheard of")).isEmpty();
  }

  @Test
  void yardsticksAreOrderedByHowMuchTheyKnow() {
    Map<String, Double> yardsticks = Yardsticks.of(GROUP, 3);
    assertThat(yardsticks.keySet())
        .containsExactly(
            "yardstick/uniform",
            "yardstick/reversed",
            "yardstick/majority_only",
            "yardstick/noise_0.05",
            "yardstick/noise_0.10");
    assertThat(yardsticks.get("yardstick/noise_0.05"))
        .isPositive()
        .isLessThan(yardsticks.get("yardstick/noise_0.10"));
    assertThat(yardsticks.get("yardstick/noise_0.10"))
        .isLessThan(yardsticks.get("yardstick/uniform"));
    assertThat(Yardsticks.of(GROUP, 3)).isEqualTo(yardsticks);
  }

  @Test
  void meansSkipWhatIsAbsent() {
    MetricMeans means = new MetricMeans();
    means.addAll(Map.of("jsd", 0.1));
    means.addAll(Map.of("jsd", 0.3));
    means.add("margin_minority", 2);
    assertThat(means.means()).containsEntry("jsd", 0.2).containsEntry("margin_minority", 2.0);
  }

  private static ParsedResponse answer(int belief, String option, boolean closed) {
    return new ParsedResponse(OptionalInt.of(belief), option, "", closed);
  }

  private static PreferenceExample example(
      String question, int accept, String acceptText, int reject, String rejectText) {
    return new PreferenceExample(
        question,
        "style-1",
        "Well?",
        "",
        List.of(acceptText, rejectText),
        accept,
        acceptText,
        "a",
        reject,
        rejectText,
        "b",
        List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0),
        true);
  }
}
