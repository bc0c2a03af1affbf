package io.gdpo.training.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds every objective against other people's numbers: losses, rewards, log-probabilities, belief
 * terms, gradients. Those of losses.json.gz the public reference implementation's own functions
 * gave (the file says how); those of kto.json.gz {@code tools/golden/make_kto.py} computed from the
 * paper's formulas, since the reference implementation's KTO is wrong; those of methods.json.gz
 * {@code tools/golden/make_methods.py} likewise.
 */
@DisplayName("An objective gives independent implementations' numbers")
class GoldenLossTest {
  private static final double RELATIVE = 1e-5;
  private static final int IGNORED = -100;

  /**
   * Log-probabilities in float64: the golden values were computed in float32, and one reward of
   * 0.0114, the difference of sums near 35, is 9.8e-6 of itself away from the exact one. Ours must
   * be exact for both to agree to 1e-5 on every processor.
   */
  private static final String SELECTION =
      """
      class Selection(Module):
        training : bool

        def log_probs(self, logits: Tensor, rows: Tensor, targets: Tensor) -> Tensor:
          selected = torch.log_softmax(torch.index_select(logits, 0, rows), -1, 7)
          return torch.squeeze(torch.gather(selected, 1, torch.unsqueeze(targets, 1)), 1)

        def rows(self, logits: Tensor, rows: Tensor) -> Tensor:
          return torch.index_select(logits, 0, rows)
      """;

  static Stream<Named<JsonNode>> cases() throws IOException {
    return Stream.concat(
        cases("losses.json.gz"), Stream.concat(cases("kto.json.gz"), cases("methods.json.gz")));
  }

  private static Stream<Named<JsonNode>> cases(String file) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(GoldenLossTest.class.getResourceAsStream("/golden/" + file))) {
      JsonNode cases = Json.EVENTS.readTree(in).get("cases");
      return StreamSupport.stream(cases.spliterator(), false)
          .map(
              c ->
                  Named.of(
                      "%s of %d, beta=%s smoothing=%s%s"
                          .formatted(
                              c.get("name").asText(),
                              c.get("probabilities").size(),
                              c.get("beta"),
                              c.get("label_smoothing"),
                              c.get("reference_free").asBoolean() ? " reference-free" : ""),
                      c));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void in_losses_rewards_belief_terms_and_gradients(JsonNode golden) {
    TrainingSpec spec = spec(golden);
    Loss loss = spec.loss();
    try (NDManager manager = NDManager.newBaseManager(null, "PyTorch")) {
      TorchScriptModule selection = TorchScript.load(manager, "Selection", SELECTION);
      Objective objective = Objective.load(manager, spec);
      Sides sides = Sides.of(golden, loss);
      NDArray leaf = sides.logits(manager, "policy_logits");
      leaf.setRequiresGradient(true);
      NDArray rows = manager.create(sides.rows());
      NDArray targets = manager.create(sides.targets());

      NDArray reference =
          selection.callForOne(
              manager,
              "log_probs",
              Arg.of(sides.logits(manager, "reference_logits")),
              Arg.of(rows),
              Arg.of(targets));
      ObjectiveOutcome outcome;
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        NDArray logProbs =
            selection.callForOne(manager, "log_probs", Arg.of(leaf), Arg.of(rows), Arg.of(targets));
        NDArray beliefLogits =
            selection.callForOne(
                manager, "rows", Arg.of(leaf), Arg.of(manager.create(sides.beliefRows())));
        outcome =
            objective.read(
                objective.differentiate(
                    manager,
                    new ObjectiveInput(
                        logProbs,
                        beliefLogits,
                        manager.create(sides.sequence()),
                        manager.create(sides.inResponse()),
                        manager.create(sides.inBelief()),
                        manager.create(sides.beliefTokens()),
                        manager.create(sides.target(), new Shape(sides.examples(), 6)),
                        manager.create(sides.share()),
                        sides.referenceSums(manager, reference.toDoubleArray()),
                        manager.create((float) golden.path("kl").asDouble(0)),
                        manager.create((float) sides.examples()))));
      }

      JsonNode expected = golden.get("expected");
      assertPerExample(expected.get("losses"), i -> outcome.value(i, Column.LOSS));
      assertThat(mean(outcome, Column.LOSS)).satisfies(near(expected.get("loss").asDouble()));
      assertThat(mean(outcome, Column.CALIBRATION))
          .satisfies(near(expected.get("calibration").asDouble()));
      assertThat(mean(outcome, Column.JENSEN_SHANNON_DISTANCE))
          .satisfies(near(expected.get("jsd_mean").asDouble()));
      assertPerExample(expected.get("belief_mass"), i -> outcome.value(i, Column.BELIEF_MASS));
      assertPerExample(expected.get("belief_logps_mean"), i -> -outcome.value(i, Column.IMITATION));
      if (loss.readsRejected()) {
        assertPerExample(expected.get("policy_chosen_logps"), i -> outcome.value(i, Column.CHOSEN));
        assertPerExample(
            expected.get("policy_rejected_logps"), i -> outcome.value(i, Column.REJECTED));
        assertPerExample(
            expected.get("reference_chosen_logps"), i -> outcome.value(i, Column.REFERENCE_CHOSEN));
        assertPerExample(
            expected.get("reference_rejected_logps"),
            i -> outcome.value(i, Column.REFERENCE_REJECTED));
        assertPerExample(expected.get("chosen_rewards"), outcome::chosenReward);
        assertPerExample(expected.get("rejected_rewards"), outcome::rejectedReward);
      }
      assertGradients(sides.expectedGradients(), Autograd.gradients(manager, List.of(leaf)).get(0));
    }
  }

  /**
   * Each element to 1e-5 of itself, or to 1e-6 of the largest. The second clause is needed by one
   * case alone, gdpo with label smoothing 0.2: the two halves of the smoothed loss pull against
   * each other, and for one pair nearly cancel, so that the float32 rounding of its log-probability
   * sums is 2.4e-5 of what is left (and 3e-6 of the rejected side's largest gradient).
   */
  private static void assertGradients(double[] expected, NDArray actual) {
    float[] gradients = actual.toFloatArray();
    assertThat(gradients).hasSameSizeAs(expected);
    double largest =
        IntStream.range(0, expected.length)
            .mapToDouble(i -> Math.abs(expected[i]))
            .max()
            .orElseThrow();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) gradients[i])
          .as("gradient %d", i)
          .isCloseTo(
              expected[i], within(Math.max(RELATIVE * Math.abs(expected[i]), 1e-6 * largest)));
    }
  }

  private static void assertPerExample(JsonNode expected, IntToDoubleFunction actual) {
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.applyAsDouble(i))
          .as("example %d", i)
          .satisfies(near(expected.get(i).asDouble()));
    }
  }

  private static java.util.function.Consumer<Double> near(double expected) {
    return actual -> assertThat(actual).isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
  }

  private static double mean(ObjectiveOutcome outcome, Column column) {
    return IntStream.range(0, outcome.examples())
        .mapToDouble(i -> outcome.value(i, column))
        .average()
        .orElseThrow();
  }

  private static TrainingSpec spec(JsonNode golden) {
    Map<String, Object> fields = new HashMap<>(Map.of("loss", golden.get("name").asText()));
    for (String setting :
        List.of(
            "beta",
            "label_smoothing",
            "reference_free",
            "desirable_weight",
            "undesirable_weight",
            "sft_weight",
            "length_normalized",
            "reference_beta",
            "target_margin",
            "calibration_weight",
            "imitation_weight",
            "preference_weight")) {
      if (golden.has(setting)) {
        fields.put(setting, golden.get(setting));
      }
    }
    return Json.SPECS.convertValue(fields, TrainingSpec.class);
  }

  /**
   * The chosen and, for preference losses, the rejected side's logits as one tensor of rows, and
   * the labelled tokens in it, as the reference implementation masks them: from the first label on;
   * for belief-conditioned losses from the last closing mark of the chosen side on.
   */
  private record Sides(
      JsonNode golden, List<JsonNode> nodes, int examples, List<Label> labels, long[] beliefRows) {

    private record Label(long row, long target, long sequence, boolean response, boolean belief) {}

    static Sides of(JsonNode golden, Loss loss) {
      List<JsonNode> nodes = new ArrayList<>(List.of(golden.get("chosen")));
      if (loss.readsRejected()) {
        nodes.add(golden.get("rejected"));
      }
      int examples = golden.get("probabilities").size();
      List<Label> labels = new ArrayList<>();
      long[] beliefRows = new long[examples];
      long origin = 0;
      for (int side = 0; side < nodes.size(); side++) {
        JsonNode allLabels = nodes.get(side).get("labels");
        for (int i = 0; i < examples; i++) {
          int close = lastClose(golden, i);
          boolean first = true;
          for (int t = 0; t < allLabels.get(i).size(); t++) {
            int label = allLabels.get(i).get(t).asInt();
            if (label == IGNORED) {
              continue;
            }
            long row = origin + (long) i * allLabels.get(i).size() + t - 1;
            if (first && side == 0) {
              beliefRows[i] = row;
            }
            first = false;
            boolean counts = !loss.needs(Loss.Need.BELIEFS) || t >= close;
            labels.add(
                new Label(row, label, (long) side * examples + i, counts, side == 0 && t < close));
          }
        }
        origin += (long) examples * allLabels.get(0).size();
      }
      return new Sides(golden, nodes, examples, labels, beliefRows);
    }

    private static int lastClose(JsonNode golden, int example) {
      JsonNode ids = golden.get("chosen").get("input_ids").get(example);
      int close = golden.get("belief_close_token_id").asInt();
      return IntStream.range(0, ids.size())
          .filter(t -> ids.get(t).asInt() == close)
          .max()
          .orElseThrow();
    }

    NDArray logits(NDManager manager, String field) {
      double[] values = flat(field);
      int vocabulary = golden.get("chosen").get(field).get(0).get(0).size();
      return manager.create(floats(values), new Shape(values.length / vocabulary, vocabulary));
    }

    double[] expectedGradients() {
      List<JsonNode> gradients =
          new ArrayList<>(List.of(golden.at("/expected/grad_chosen_logits")));
      if (nodes.size() > 1) {
        gradients.add(golden.at("/expected/grad_rejected_logits"));
      }
      return gradients.stream().flatMap(Sides::numbers).mapToDouble(JsonNode::asDouble).toArray();
    }

    private double[] flat(String field) {
      return nodes.stream()
          .flatMap(n -> numbers(n.get(field)))
          .mapToDouble(JsonNode::asDouble)
          .toArray();
    }

    private static Stream<JsonNode> numbers(JsonNode node) {
      return node.isArray()
          ? StreamSupport.stream(node.spliterator(), false).flatMap(Sides::numbers)
          : Stream.of(node);
    }

    private static float[] floats(double[] values) {
      float[] floats = new float[values.length];
      for (int i = 0; i < values.length; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }

    long[] rows() {
      return labels.stream().mapToLong(Label::row).toArray();
    }

    long[] targets() {
      return labels.stream().mapToLong(Label::target).toArray();
    }

    long[] sequence() {
      return labels.stream().mapToLong(Label::sequence).toArray();
    }

    float[] inResponse() {
      return floats(labels.stream().mapToDouble(l -> l.response() ? 1 : 0).toArray());
    }

    float[] inBelief() {
      return floats(labels.stream().mapToDouble(l -> l.belief() ? 1 : 0).toArray());
    }

    long[] beliefTokens() {
      return numbers(golden.get("belief_token_ids")).mapToLong(JsonNode::asLong).toArray();
    }

    float[] target() {
      return floats(numbers(golden.get("probabilities")).mapToDouble(JsonNode::asDouble).toArray());
    }

    float[] share() {
      return golden.has("share")
          ? floats(numbers(golden.get("share")).mapToDouble(JsonNode::asDouble).toArray())
          : new float[examples];
    }

    NDArray referenceSums(NDManager manager, double[] logProbs) {
      if (nodes.size() == 1) {
        return manager.create(new Shape(0));
      }
      double[] sums = new double[2 * examples];
      for (int n = 0; n < logProbs.length; n++) {
        if (labels.get(n).response()) {
          sums[(int) labels.get(n).sequence()] += logProbs[n];
        }
      }
      return manager.create(sums);
    }
  }
}
