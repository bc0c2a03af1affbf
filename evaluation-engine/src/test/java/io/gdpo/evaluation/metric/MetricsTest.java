package io.gdpo.evaluation.metric;

import static io.gdpo.evaluation.observation.Observed.prompt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.evaluation.observation.BeliefDistribution;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.evaluation.observation.Observed;
import io.gdpo.evaluation.observation.PairLogProbs;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.PromptObservation;
import io.gdpo.evaluation.observation.QuestionObservation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricsTest {
  private static final String[] SAMPLES = {
    "5<Good>I like it", "1<Bad>I do not", "5<Bad>Well", "2<Fair>Well", "4<Goo", "Well"
  };

  @Test
  void aQuestionThatHasEverythingHasAValueOfEveryKeyWithinItsRange() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 10; i++) {
      Map<String, Double> metrics = Metrics.of(observed(random));
      assertThat(metrics.keySet())
          .containsExactlyElementsOf(ofQuestions().map(MetricKey::id).toList());
      for (MetricKey key : ofQuestions().toList()) {
        assertThat(metrics.get(key.id()))
            .as(key.id())
            .isBetween(key.range().least() - 1e-9, key.range().most() + 1e-9);
      }
    }
  }

  /** All but those of responses that are judged by themselves. */
  private static Stream<MetricKey> ofQuestions() {
    return Stream.of(MetricKey.values()).filter(key -> !key.id().startsWith("judged_"));
  }

  @Test
  void meansSkipWhatIsAbsent() {
    Map<String, Double> means =
        Metrics.means(List.of(Map.of("jsd", 0.1), Map.of("margin_minority", 2.0, "jsd", 0.3)));
    assertThat(means).containsOnlyKeys("jsd", "margin_minority");
    assertThat(means.get("jsd")).isCloseTo(0.2, within(1e-12));
    assertThat(means).containsEntry("margin_minority", 2.0);
  }

  private static QuestionObservation observed(SplittableRandom random) {
    List<PairObservation> pairs =
        List.of(pair(true, random), pair(false, random), pair(false, random));
    return Observed.question(
        BeliefDistribution.proportionalTo(weights(random)).asList(),
        pairs,
        Optional.of(BeliefDistribution.proportionalTo(weights(random))),
        promptOf(random),
        promptOf(random));
  }

  /** What a model says that leaks some of its probability off the belief digits. */
  private static PromptObservation promptOf(SplittableRandom random) {
    double[] beliefs = weights(random);
    double sum = Arrays.stream(beliefs).sum() / random.nextDouble(0.5, 1);
    String[] samples =
        IntStream.range(0, 7).mapToObj(i -> SAMPLES[random.nextInt(6)]).toArray(String[]::new);
    samples[0] = SAMPLES[0];
    return prompt(new BeliefReading(Arrays.stream(beliefs).map(b -> b / sum).toArray()), samples);
  }

  private static PairObservation pair(boolean majority, SplittableRandom random) {
    return new PairObservation(
        majority, logProbs(random), random.nextDouble(-40, 0), Optional.of(logProbs(random)));
  }

  private static PairLogProbs logProbs(SplittableRandom random) {
    return new PairLogProbs(random.nextDouble(-40, 0), random.nextDouble(-40, 0));
  }

  private static double[] weights(SplittableRandom random) {
    return random.doubles(6).toArray();
  }
}
