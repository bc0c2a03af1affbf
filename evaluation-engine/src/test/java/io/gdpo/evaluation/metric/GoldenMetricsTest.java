package io.gdpo.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.evaluation.observation.BeliefDistribution;
import java.io.IOException;
import java.io.InputStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Our arithmetic against SciPy's and rouge_score's (tools/metrics/golden.py). */
class GoldenMetricsTest {
  private static JsonNode golden;

  @BeforeAll
  static void read() throws IOException {
    try (InputStream in = GoldenMetricsTest.class.getResourceAsStream("/golden/metrics.json")) {
      golden = Json.EVENTS.readTree(in);
    }
  }

  @Test
  void jensenShannonDistanceIsScipys() {
    assertThat(golden.get("jensen_shannon")).hasSize(15);
    for (JsonNode c : golden.get("jensen_shannon")) {
      BeliefDistribution p = distribution(c.get("p"));
      BeliefDistribution q = distribution(c.get("q"));
      double expected = c.get("jsd").asDouble();
      assertThat(JensenShannonDistance.between(p, q)).isCloseTo(expected, within(1e-9));
      assertThat(JensenShannonDistance.between(q, p)).isCloseTo(expected, within(1e-9));
    }
  }

  @Test
  void noiseFloorIsTheExpectationOverAllHistograms() {
    for (JsonNode c : golden.get("noise_floor")) {
      double floor =
          SamplingNoiseFloor.expected(distribution(c.get("p")), c.get("samples").asInt(), 7);
      assertThat(floor).isCloseTo(c.get("expected").asDouble(), within(0.01));
    }
  }

  @Test
  void rougeLIsThatOfRougeScore() {
    for (JsonNode c : golden.get("rouge_l")) {
      assertThat(RougeL.f1(c.get("candidate").asText(), c.get("reference").asText()))
          .as(c.toString())
          .isCloseTo(c.get("f1").asDouble(), within(1e-12));
    }
  }

  private static BeliefDistribution distribution(JsonNode values) {
    return BeliefDistribution.proportionalTo(
        StreamSupport.stream(values.spliterator(), false)
            .mapToDouble(JsonNode::asDouble)
            .toArray());
  }
}
