package io.gdpo.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.evaluation.distance.ClassError;
import io.gdpo.evaluation.distance.Distance;
import io.gdpo.evaluation.distance.Entropy;
import io.gdpo.evaluation.distance.JensenShannonDistance;
import io.gdpo.evaluation.distance.JensenShannonDivergence;
import io.gdpo.evaluation.distance.KullbackLeibler;
import io.gdpo.evaluation.distance.OrdinalWasserstein;
import io.gdpo.evaluation.distance.TotalVariation;
import io.gdpo.evaluation.observation.BeliefDistribution;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.OptionalDouble;
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
      assertThat(JensenShannonDistance.of(p, q)).isCloseTo(expected, within(1e-9));
      assertThat(JensenShannonDistance.of(q, p)).isCloseTo(expected, within(1e-9));
    }
  }

  @Test
  void otherDistancesAreScipysAndNumpys() {
    Map<String, Distance> distances =
        Map.of(
            "jsd_bits", new JensenShannonDivergence(),
            "wasserstein", new OrdinalWasserstein(),
            "total_variation", new TotalVariation(),
            "class_error", new ClassError(),
            "kl", new KullbackLeibler(),
            "entropy_group", (group, model) -> OptionalDouble.of(Entropy.of(group)));
    assertThat(golden.get("jensen_shannon"))
        .allSatisfy(
            c ->
                distances.forEach(
                    (name, distance) -> {
                      OptionalDouble actual =
                          distance.between(distribution(c.get("p")), distribution(c.get("q")));
                      JsonNode expected = c.path(name);
                      assertThat(expected.isMissingNode()).as(name).isFalse();
                      if (expected.isNull() && name.equals("kl")) { // infinite
                        assertThat(actual.orElseThrow()).isBetween(100.0, 709.0);
                      } else if (expected.isNull()) {
                        assertThat(name).isEqualTo("wasserstein");
                        assertThat(actual).isEmpty();
                      } else {
                        assertThat(actual.orElseThrow())
                            .as(name)
                            .isCloseTo(expected.asDouble(), within(1e-9));
                      }
                    }));
  }

  @Test
  void whoHasNoOpinionIsNowhereInTheOrder() {
    BeliefDistribution silent = BeliefDistribution.proportionalTo(1, 0, 0, 0, 0, 0);
    BeliefDistribution split = BeliefDistribution.proportionalTo(8, 1, 0, 0, 0, 1);
    OrdinalWasserstein wasserstein = new OrdinalWasserstein();

    assertThat(wasserstein.between(silent, split)).isEmpty();
    assertThat(wasserstein.between(split, silent)).isEmpty();
    assertThat(
            wasserstein
                .between(split, BeliefDistribution.proportionalTo(0, 1, 0, 0, 0, 0))
                .orElseThrow())
        .isCloseTo(0.5, within(1e-12));
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
