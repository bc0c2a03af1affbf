package io.gdpo.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.evaluation.observation.PairLogProbs;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.Question;
import java.util.List;
import java.util.Optional;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class QuestionScorerTest {
  private static final Offset<Double> EXACT = within(1e-9);
  private static final List<PreferenceExample> EXAMPLES =
      List.of(example("q", 5, "Yes", true), example("q", 1, "No", false));

  private final Question question = Question.of(EXAMPLES).get(0);
  private final QuestionScorer scorer = new QuestionScorer(EXAMPLES, EXAMPLES, 0.5, 1);

  @Test
  void aQuestionsPromptsAreAveraged() {
    QuestionResult result =
        scorer.score(
            question,
            List.of(
                new SampledPrompt(
                    new BeliefReading(0, 0.25, 0, 0, 0, 0.75), List.of("5<Yes>Sure", "1<No>Never")),
                new SampledPrompt(new BeliefReading(0, 0, 0, 0, 0, 0.5), List.of("5<Yes", "Well"))),
            List.of());
    assertThat(result.prompts()).isEqualTo(2);
    assertThat(result.predicted()).containsExactly(0.0, 0.125, 0.0, 0.0, 0.0, 0.875);
    assertThat(result.metrics().get("belief_mass")).isCloseTo(0.75, EXACT);
    assertThat(result.metrics().get("majority_bias")).isCloseTo((0.75 + 1) / 2 / 0.75, EXACT);
    assertThat(result.sampled()).containsExactly(0, 1, 0, 0, 0, 2);
    assertThat(result.sampledWithoutBelief()).isEqualTo(1);
    assertThat(result.metrics())
        .containsEntry("cbc", 0.5)
        .containsEntry("cbc_unclosed", 0.25)
        .containsEntry("cbc_no_belief", 0.25)
        .containsEntry("minority_coverage", 1.0);
    assertThat(result.metrics().get("jsd")).isPositive();
    assertThat(result.options()).containsEntry(5, "Yes").containsEntry(1, "No");
    assertThat(result.examples()).hasSize(4).startsWith("5<Yes>Sure");
  }

  @Test
  void aPerfectModelHasNoDistance() {
    QuestionResult result =
        scorer.score(
            question,
            List.of(
                new SampledPrompt(
                    new BeliefReading(0, 0.25, 0, 0, 0, 0.75), List.of("5<Yes>response of 5"))),
            List.of());
    assertThat(result.metrics().get("jsd")).isCloseTo(0, within(1e-7));
    assertThat(result.metrics().get("majority_bias")).isCloseTo(1, EXACT);
    assertThat(result.metrics().get("response_similarity")).isEqualTo(1);
    assertThat(result.metrics().get("yardstick/training_histogram")).isPositive();
  }

  @Test
  void marginsOfMajorityAndMinorityPairsStandApart() {
    QuestionResult result =
        scorer.score(
            question,
            prompts(),
            List.of(
                pair(true, new PairLogProbs(-4, -9), new PairLogProbs(-5, -8)),
                pair(false, new PairLogProbs(-7, -5), new PairLogProbs(-6, -6))));
    assertThat(result.metrics())
        .containsEntry("margin_majority", 1.0)
        .containsEntry("margin_minority", -1.0)
        .containsEntry("margin", 0.0)
        .containsEntry("accuracy", 0.5)
        .containsEntry("accuracy_majority", 1.0)
        .containsEntry("accuracy_minority", 0.0)
        .containsEntry("belief_pair_accuracy", 0.5);
  }

  @Test
  void aModelWithoutReferenceHasNoMargins() {
    QuestionResult result =
        scorer.score(
            question,
            prompts(),
            List.of(new PairObservation(true, new PairLogProbs(-4, -9), -6, Optional.empty())));
    assertThat(result.metrics())
        .containsKey("belief_pair_accuracy")
        .doesNotContainKeys("margin", "margin_majority", "margin_minority", "accuracy");
  }

  @Test
  void oneQuestionHasOneDistribution() {
    assertThatThrownBy(() -> Question.of(List.of(EXAMPLES.get(0), other())))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("question 'q'")
        .hasMessageContaining("probabilities");
  }

  @Test
  void twoGroupsMayAnswerOneQuestionDifferently() {
    PreferenceExample peru = EXAMPLES.get(0).of("Peru", "");
    PreferenceExample chad = other().of("Chad", "");

    List<Question> questions = Question.of(List.of(peru, chad, peru));

    assertThat(questions).extracting(Question::group).containsExactly("Peru", "Chad");
    assertThat(questions.get(0).examples()).hasSize(2);
    assertThat(questions.get(1).target().asList()).isEqualTo(other().opinion().probabilities());
    QuestionScorer ofBoth = new QuestionScorer(List.of(peru, chad), List.of(peru, chad), 0.1, 1);
    QuestionResult result = ofBoth.score(questions.get(1), prompts(), List.of());
    assertThat(result.group()).isEqualTo("Chad");
    assertThat(result.target()).isEqualTo(other().opinion().probabilities());
    assertThat(result.metrics())
        .as("the yardstick of Chad's own respondents")
        .hasEntrySatisfying(
            "yardstick/training_histogram",
            distance ->
                assertThat(distance)
                    .isNotEqualTo(
                        ofBoth
                            .score(questions.get(0), prompts(), List.of())
                            .metrics()
                            .get("yardstick/training_histogram")));
  }

  private static List<SampledPrompt> prompts() {
    return List.of(
        new SampledPrompt(new BeliefReading(0, 0.25, 0, 0, 0, 0.75), List.of("5<Yes>Sure")));
  }

  /** The same question with another distribution. */
  private static PreferenceExample other() {
    return PreferenceExample.ofOpinion(
        "q",
        "style-1",
        "Well?",
        "",
        List.of(),
        5,
        "Yes",
        "a",
        1,
        "No",
        "b",
        List.of(0.0, 0.5, 0.0, 0.0, 0.0, 0.5),
        true);
  }

  private static PairObservation pair(
      boolean majority, PairLogProbs policy, PairLogProbs reference) {
    return new PairObservation(majority, policy, -6, Optional.of(reference));
  }

  private static PreferenceExample example(String id, int belief, String option, boolean majority) {
    return PreferenceExample.ofOpinion(
        id,
        "style-1",
        "Well?",
        "",
        List.of("Yes", "No"),
        belief,
        option,
        "response of " + belief,
        6 - belief,
        belief == 5 ? "No" : "Yes",
        "other",
        List.of(0.0, 0.25, 0.0, 0.0, 0.0, 0.75),
        majority);
  }
}
