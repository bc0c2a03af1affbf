package io.gdpo.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.LossSetting;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ObjectiveTest {
  /** The distance of p = (1/2, 1/2, 0, ...) from q = (1, 0, 0, ...): as SciPy gives it. */
  private static final double HALF_FROM_ONE = 0.4645014;

  @Test
  void every_loss_is_a_method_of_the_page_and_every_method_over_its_terms_is_a_loss() {
    List<String> methods = found("  def (\\w+)\\(self, t: __torch__\\.Terms\\) -> Tensor:");

    assertThat(methods)
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of("sft_term", "d", "d_reference", "h"),
                    Arrays.stream(Loss.values()).map(Objective::method))
                .toList());
  }

  @Test
  void every_setting_of_the_page_is_a_field_of_some_loss() {
    Set<String> fields = new HashSet<>();
    for (Loss loss : Loss.values()) {
      Json.SPECS
          .<JsonNode>valueToTree(spec(Map.of("loss", loss.label())))
          .fieldNames()
          .forEachRemaining(fields::add);
    }

    assertThat(found("  (\\w+) : (?:float|bool|str)"))
        .contains("training")
        .filteredOn(setting -> !setting.equals("training"))
        .isNotEmpty()
        .isSubsetOf(fields);
  }

  @ParameterizedTest
  @EnumSource
  void a_loss_reads_the_settings_that_its_method_and_its_data_read(Loss loss) {
    Set<String> read = new HashSet<>();
    Deque<String> methods = new ArrayDeque<>(found(Objective.loss(loss), "\\(self\\)\\.(\\w+)\\("));
    while (!methods.isEmpty()) {
      String method = methods.remove();
      String body = body(method);
      read.addAll(found(body, "self\\.(\\w+)"));
      methods.addAll(found(body, "\\(self\\)\\.(\\w+)\\("));
      // The term itself is made by `evaluate` and by BatchPacker, which read a setting each.
      if (body.contains("t.calibration")) {
        read.add("calibration_support");
      }
      if (body.contains("t.imitation")) {
        read.add("imitation_includes_close");
      }
      if (method.equals("sft")) {
        read.add("targets");
      }
    }
    read.remove("beta");

    assertThat(Arrays.stream(LossSetting.values()).filter(loss::reads).map(LossSetting::field))
        .containsExactlyInAnyOrderElementsOf(read);
  }

  private static String body(String method) {
    return found(Objective.page(), "(?ms)^  def " + method + "\\((.*?)^(?:  #|\\z)").get(0);
  }

  private static List<String> found(String line) {
    return found(Objective.page(), "(?m)^" + line + "$");
  }

  private static List<String> found(String text, String pattern) {
    return Pattern.compile(pattern).matcher(text).results().map(match -> match.group(1)).toList();
  }

  @Test
  void what_probability_off_the_beliefs_costs_is_left_out_where_calibration_is_over_the_beliefs() {
    float[] logits = {0, 0, 0, 0, 0, 0, (float) Math.log(6)};
    float[] target = {1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f, 1 / 6f};

    ObjectiveOutcome vocabulary = outcome(Map.of("loss", "gdpo"), logits, target);
    ObjectiveOutcome beliefs =
        outcome(Map.of("loss", "gdpo", "calibration_support", "beliefs"), logits, target);

    assertThat(vocabulary.value(0, Column.CALIBRATION)).isCloseTo(Math.log(2), within(1e-6));
    assertThat(beliefs.value(0, Column.CALIBRATION)).isCloseTo(0, within(1e-6));
    assertThat(vocabulary.value(0, Column.BELIEF_MASS)).isCloseTo(0.5, within(1e-6));
  }

  @Test
  void a_belief_that_nobody_holds_and_whose_probability_underflows_adds_nothing_to_the_distance() {
    float[] logits = {0, -200, -900, -2_000, -1e30f, -800, 3};
    assertThat(distance(logits, new float[] {0.5f, 0.5f, 0, 0, 0, 0}))
        .isCloseTo(HALF_FROM_ONE, within(1e-5));
    assertThat(distance(logits, new float[] {0, 0, 0, 0.5f, 0.5f, 0}))
        .isCloseTo(Math.sqrt(Math.log(2)), within(1e-6));
    assertThat(distance(logits, new float[] {1, 0, 0, 0, 0, 0})).isCloseTo(0, within(1e-6));
  }

  private static double distance(float[] logits, float[] target) {
    return outcome(Map.of("loss", "sft"), logits, target).value(0, Column.JENSEN_SHANNON_DISTANCE);
  }

  @Test
  void a_loss_at_its_limit_is_the_loss_that_it_comes_from() {
    double dpo = lossOfAPair(1, Map.of("loss", "dpo", "beta", 0.3));
    double calibration = lossOfAPair(1, Map.of("loss", "calibration"));

    assertThat(lossOfAPair(1, Map.of("loss", "soft-dpo", "beta", 0.3))).isEqualTo(dpo);
    assertThat(lossOfAPair(1, Map.of("loss", "geometric-dpo", "beta", 0.3))).isEqualTo(dpo);
    assertThat(lossOfAPair(1, Map.of("loss", "spl", "beta", 0.3, "reference_beta", 0.3)))
        .isCloseTo(dpo, within(1e-15));
    assertThat(lossOfAPair(0.5, Map.of("loss", "geometric-dpo"))).isEqualTo(Math.log(2));
    assertThat(
            lossOfAPair(
                1,
                Map.of(
                    "loss",
                    "gdpo",
                    "imitation_weight",
                    0,
                    "preference_weight",
                    0,
                    "calibration_support",
                    "beliefs")))
        .isEqualTo(calibration);
    assertThat(lossOfAPair(1, Map.of("loss", "dpo", "beta", 0.3, "sft_weight", 2)))
        .isCloseTo(dpo + 2 * 1.5, within(1e-12));
  }

  /** Of two responses of one and two tokens, of which {@code share} people prefer the first. */
  private static double lossOfAPair(double share, Map<String, Object> settings) {
    TrainingSpec spec = spec(settings);
    boolean pairs = spec.loss().readsRejected();
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      ObjectiveInput input =
          new ObjectiveInput(
              manager.create(pairs ? new float[] {-1.5f, -1, -2} : new float[] {-1.5f}),
              manager.create(new float[] {0, 1, -1, 2, 0.5f, 3, 4}, new Shape(1, 7)),
              manager.create(pairs ? new long[] {0, 1, 1} : new long[] {0}),
              manager.create(pairs ? new float[] {1, 1, 1} : new float[] {1}),
              manager.create(pairs ? new float[] {1, 0, 0} : new float[] {1}),
              manager.create(new long[] {0, 1, 2, 3, 4, 5}),
              manager.create(new float[] {0, 0.1f, 0.2f, 0.3f, 0.4f, 0}, new Shape(1, 6)),
              manager.create(new float[] {(float) share}),
              manager.create(pairs ? new double[] {-2, -2.5} : new double[0]),
              manager.create(0f),
              manager.create(1f));
      Objective objective = Objective.load(manager, spec);
      return objective.read(objective.evaluate(manager, input)).value(0, Column.LOSS);
    }
  }

  /** Of one example, whose responses are one token that counts for everything. */
  private static ObjectiveOutcome outcome(
      Map<String, Object> settings, float[] logits, float[] target) {
    TrainingSpec spec = spec(settings);
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      NDArray one = manager.create(new float[] {1});
      ObjectiveInput input =
          new ObjectiveInput(
              manager.create(new float[] {-1}),
              manager.create(logits, new Shape(1, logits.length)),
              manager.create(new long[] {0}),
              one,
              one,
              manager.create(new long[] {0, 1, 2, 3, 4, 5}),
              manager.create(target, new Shape(1, target.length)),
              manager.create(new float[] {0.5f}),
              manager.create(new double[spec.loss().readsRejected() ? 2 : 0]),
              manager.create(0f),
              manager.create(1f));
      Objective objective = Objective.load(manager, spec);
      return objective.read(objective.evaluate(manager, input));
    }
  }

  private static TrainingSpec spec(Map<String, Object> settings) {
    return Json.SPECS.convertValue(settings, TrainingSpec.class);
  }
}
