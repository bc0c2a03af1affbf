package io.gdpo.evaluator.interval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our arithmetic against SciPy's (tools/metrics/bootstrap.py). */
class BootstrapTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = BootstrapTest.class.getResourceAsStream("/golden/bootstrap.json")) {
      golden = Json.EVENTS.readTree(in);
    }
  }

  @Test
  void ofTheQuestionsThatScipyDrewTheIntervalIsScipys() {
    for (JsonNode c : golden.get("cases")) {
      Iterator<JsonNode> drawn = c.get("drawn").iterator();

      Interval interval =
          Bootstrap.of(values(c), c.get("draws").asInt(), n -> drawn.next().asInt());

      assertThat(interval.low()).isCloseTo(c.get("low").asDouble(), within(1e-9));
      assertThat(interval.high()).isCloseTo(c.get("high").asDouble(), within(1e-9));
      assertThat(drawn.hasNext()).isFalse();
    }
  }

  /**
   * Of 2,000 draws a percentile near the end is uncertain by some 3 % of the interval's width: five
   * times that.
   */
  @Test
  void ofOurOwnDrawsItIsThatOfManyWithinTheirChance() {
    JsonNode many = golden.get("many");
    double width = many.get("high").asDouble() - many.get("low").asDouble();

    Interval interval = Bootstrap.ofMean(values(many)).orElseThrow();

    assertThat(interval.low()).isCloseTo(many.get("low").asDouble(), within(0.15 * width));
    assertThat(interval.high()).isCloseTo(many.get("high").asDouble(), within(0.15 * width));
    assertThat(Bootstrap.ofMean(values(many))).contains(interval);
  }

  @Test
  void oneQuestionTellsNothingOfOthers() {
    assertThat(Bootstrap.ofMean(0.3)).isEmpty();
    assertThat(Bootstrap.ofMean()).isEmpty();
    assertThat(Comparison.of("b", Map.of("q", 0.1), "a", Map.of("q", 0.2), "jsd")).isEmpty();
    assertThat(Comparison.of("b", Map.of("q", 0.1), "a", Map.of("r", 0.2), "jsd")).isEmpty();
  }

  /** Far apart from question to question, and yet one is always a little lower. */
  @Test
  void aPairedDifferenceIsToldWhereTwoMeansCouldNotBe() {
    Map<String, Double> one = Map.of("p", 0.1, "q", 0.5, "r", 0.9);
    Map<String, Double> lower = Map.of("p", 0.08, "q", 0.47, "r", 0.88, "other", 3.0);

    Comparison comparison = Comparison.of("b", lower, "a", one, "jsd").orElseThrow();

    assertThat(comparison.questions()).isEqualTo(3);
    assertThat(comparison.difference()).isCloseTo(-0.07 / 3, within(1e-12));
    assertThat(comparison.verdict()).isEqualTo(Comparison.Verdict.LOWER);
    assertThat(Comparison.of("a", one, "b", lower, "jsd").orElseThrow().verdict())
        .isEqualTo(Comparison.Verdict.HIGHER);
    assertThat(Comparison.of("a", one, "c", Map.of("p", 0.2, "q", 0.4), "jsd"))
        .hasValueSatisfying(
            it -> assertThat(it.verdict()).isEqualTo(Comparison.Verdict.NOT_TOLD_APART));
  }

  private static double[] values(JsonNode of) {
    return StreamSupport.stream(of.get("values").spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
