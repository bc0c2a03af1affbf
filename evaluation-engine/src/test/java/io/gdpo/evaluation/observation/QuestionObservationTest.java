package io.gdpo.evaluation.observation;

import static io.gdpo.evaluation.observation.Observed.example;
import static io.gdpo.evaluation.observation.Observed.prompt;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuestionObservationTest {
  private static final BeliefReading READING = new BeliefReading(0, 0.5, 0, 0, 0, 0.5);

  @Test
  void samplesOfPromptsAddUp() {
    PromptObservation one = prompt(READING, "4<Good>Well", "Well");
    SampledBeliefs both =
        Observed.question(List.of(0.0, 0.5, 0.0, 0.0, 0.5, 0.0), one, one).sampled();
    assertThat(both.counts()).containsExactly(0, 0, 0, 0, 2, 0);
    assertThat(both.withoutBelief()).isEqualTo(2);
    assertThat(both.total()).isEqualTo(4);
    assertThat(both.histogram().orElseThrow().probability(4)).isEqualTo(1);
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
}
