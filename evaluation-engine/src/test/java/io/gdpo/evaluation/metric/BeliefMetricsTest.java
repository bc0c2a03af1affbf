package io.gdpo.evaluation.metric;

import static io.gdpo.evaluation.observation.Observed.example;
import static io.gdpo.evaluation.observation.Observed.prompt;
import static io.gdpo.evaluation.observation.Observed.question;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.data.OpinionTemplate;
import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.evaluation.observation.OptionClasses;
import io.gdpo.evaluation.observation.Question;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BeliefMetricsTest {
  private static final List<Double> GROUP = List.of(0.1, 0.2, 0.0, 0.0, 0.6, 0.1);
  private static final BeliefReading AS_THE_GROUP = new BeliefReading(0.1, 0.2, 0, 0, 0.6, 0.1);
  private static final Offset<Double> EXACT = within(1e-12);

  @Test
  void massOffTheBeliefTokensIsLostByTheRestrictedDistributionAndShownByBeliefMass() {
    QuestionObservation leaking =
        question(GROUP, prompt(new BeliefReading(0.05, 0.1, 0, 0, 0.3, 0.05)));
    assertThat(new BeliefMass().of(leaking).orElseThrow()).isCloseTo(0.5, EXACT);
    assertThat(new ByProbabilities(new JensenShannonDistance()).of(leaking).orElseThrow())
        .isCloseTo(0, within(1e-7));
  }

  @Test
  void majorityBiasIsOneForTheGroupItselfAndAboveForASharpenedModel() {
    MajorityBias bias = MajorityBias.byProbabilities();
    assertThat(bias.of(question(GROUP, prompt(AS_THE_GROUP))).orElseThrow()).isCloseTo(1, EXACT);
    QuestionObservation sharpened =
        question(GROUP, prompt(new BeliefReading(0, 0.1, 0, 0, 0.9, 0), "4", "4", "1"));
    assertThat(bias.of(sharpened).orElseThrow()).isCloseTo(1.5, EXACT);
    assertThat(MajorityBias.bySamples().of(sharpened).orElseThrow())
        .isCloseTo(2 / 3.0 / 0.6, EXACT);
  }

  @Test
  void minorityCoverageCountsOnlyBeliefsThatSomeoneHolds() {
    QuestionObservation some = question(GROUP, prompt(AS_THE_GROUP, "4", "1", "3", "Well"));
    assertThat(new MinorityCoverage().of(some)).hasValue(0.5);
    QuestionObservation one = question(GROUP, prompt(AS_THE_GROUP, "4"));
    assertThat(new ExpectedCoverage().of(one).orElseThrow()).isCloseTo(0.25, EXACT);
  }

  @Test
  void samplesWithoutAnyBeliefAreAsFarAwayAsCanBe() {
    QuestionObservation mute = question(GROUP, prompt(AS_THE_GROUP, "Well"));
    assertThat(new SampledDistance().of(mute)).hasValue(JensenShannonDistance.MAXIMUM);
    assertThat(MajorityBias.bySamples().of(mute)).isEmpty();
  }

  @Test
  void consistencyTellsContradictionsUnknownTextsUnclosedAndBeliefless() {
    OptionClasses options =
        new OptionClasses(
            List.of(example("q1", 5, "Good", 1, "Bad"), example("q2", 4, "Bad", 0, "Don't know")));
    assertThat(verdict("q1", "5<Good>", options)).isEqualTo(Verdict.CONSISTENT);
    assertThat(verdict("q1", "5< Good >", options)).isEqualTo(Verdict.CONSISTENT);
    assertThat(verdict("q1", "4<Bad>", options)).isEqualTo(Verdict.CONTRADICTORY);
    assertThat(verdict("q2", "4<Bad>", options)).isEqualTo(Verdict.CONSISTENT);
    assertThat(verdict("q1", "0<Don't know>", options)).isEqualTo(Verdict.CONSISTENT);
    assertThat(verdict("q1", "5<Goodish>", options)).isEqualTo(Verdict.UNKNOWN_TEXT);
    assertThat(verdict("q1", "5<Good and on", options)).isEqualTo(Verdict.UNCLOSED);
    assertThat(verdict("q1", "<Good>", options)).isEqualTo(Verdict.NO_BELIEF);
  }

  private static Verdict verdict(String question, String sample, OptionClasses options) {
    return Verdict.of(OpinionTemplate.parse(sample), question, options);
  }

  @Test
  void ratingsStateNoOptionThatTheyCouldContradict() {
    OptionClasses ratings = new OptionClasses(List.of(example("film", 5, "", 1, "")));
    QuestionObservation seen = question(GROUP, prompt(AS_THE_GROUP, "5Fine"));
    QuestionObservation review =
        new QuestionObservation(
            Question.of(List.of(example("film", 5, "", 1, ""))).get(0),
            ratings,
            Optional.empty(),
            seen.prompts(),
            seen.pairs(),
            0.5,
            3);

    assertThat(Metrics.of(review).keySet()).noneMatch(key -> key.startsWith("cbc"));
    assertThat(Metrics.of(seen)).containsKeys("cbc", "cbc_unclosed");
    assertThat(ratings.labels("film")).isEmpty();
  }

  @Test
  void consistencyIsAShareOfAllSamples() {
    QuestionObservation mixed =
        question(
            GROUP,
            prompt(AS_THE_GROUP, "5<Good>Yes", "5<Bad>No", "5<Goodish>Hm", "Hm"),
            prompt(AS_THE_GROUP, "1<Bad>No", "5<Goo", "5<Good>", "1<Bad>"));
    assertThat(new ClassBeliefConsistency(Verdict.CONSISTENT).of(mixed)).hasValue(0.5);
    assertThat(new ClassBeliefConsistency(Verdict.UNKNOWN_TEXT).of(mixed)).hasValue(0.125);
  }

  @Test
  void yardsticksAreOrderedByHowMuchTheyKnow() {
    QuestionObservation seen = question(GROUP, prompt(AS_THE_GROUP, "4"));
    Map<String, Double> metrics = Metrics.of(seen);
    assertThat(metrics.get("yardstick/noise_0.05"))
        .isPositive()
        .isLessThan(metrics.get("yardstick/noise_0.10"));
    assertThat(metrics.get("yardstick/noise_0.10")).isLessThan(metrics.get("yardstick/uniform"));
    assertThat(Metrics.of(seen)).isEqualTo(metrics);
  }
}
