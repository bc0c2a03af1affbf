package io.gdpo.training.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.LossSetting;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A training loss: what a model is asked to become. Its formula is a method of {@code
 * objectives.py}, which holds those of all losses and is compiled for libtorch.
 *
 * <p>Closing it, or the manager that it was loaded with, frees the module.
 */
public final class Objective implements AutoCloseable {
  private static final Pattern SETTING = Pattern.compile("(?m)^  (\\w+) : (float|bool|str)$");

  private final TorchScriptModule module;
  private final double beta;

  private Objective(TorchScriptModule module, double beta) {
    this.module = module;
    this.beta = beta;
  }

  /** Compiles the loss that a specification asks for, with its settings. */
  public static Objective load(NDManager manager, TrainingSpec spec) {
    String page = page();
    JsonNode fields = Json.SPECS.valueToTree(spec);
    Map<String, Object> settings = new HashMap<>();
    SETTING.matcher(page).results().forEach(s -> settings.put(s.group(1), value(s, fields)));
    return new Objective(
        TorchScript.load(manager, "Objective", page + loss(spec.loss()), settings),
        (double) settings.get("beta"));
  }

  /** The method of {@code objectives.py} that is a loss's formula. */
  static String method(Loss loss) {
    return loss.label().replace('-', '_');
  }

  /** The method {@code loss} of a job's loss. */
  static String loss(Loss loss) {
    return """
        def loss(self, t: __torch__.Terms) -> Tensor:
          return (self).%s(t)%s
        """
        .formatted(method(loss), loss.reads(LossSetting.SFT_WEIGHT) ? " + (self).sft_term(t)" : "")
        .indent(2);
  }

  /** All formulas. */
  static String page() {
    try (InputStream in =
        Objects.requireNonNull(Objective.class.getResourceAsStream("objectives.py"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read the resource objectives.py", e);
    }
  }

  /** The specification's field of a setting's name; what no loss may read where it has none. */
  private static Object value(MatchResult setting, JsonNode fields) {
    JsonNode field = fields.path(setting.group(1));
    return switch (setting.group(2)) {
      case "float" -> field.asDouble(Double.NaN);
      case "bool" -> field.asBoolean();
      default -> field.asText();
    };
  }

  /**
   * Computes the loss of each example, and what is logged beside it.
   *
   * @return the table that {@link ObjectiveOutcome#read} reads, {@code [B, columns]} float64
   */
  public NDArray evaluate(NDManager step, ObjectiveInput input) {
    return module.call(step, "evaluate", input.args()).get(1);
  }

  /**
   * Like {@link #evaluate}, and adds the gradient of the examples' summed loss over {@code
   * input.examples()} to the leaves that the input hangs on. Gradient mode must be on.
   */
  public NDArray differentiate(NDManager step, ObjectiveInput input) {
    NDList outputs = module.call(step, "evaluate", input.args());
    Autograd.backward(outputs.get(0));
    return outputs.get(1);
  }

  /**
   * What a step's passes say of their examples, and a number beside them, copied to the heap at one
   * time: each copy waits for the device.
   *
   * @param tables that {@link #evaluate} and {@link #differentiate} gave
   * @param number [] of the step
   */
  public Read read(NDManager step, List<NDArray> tables, NDArray number) {
    double[] all =
        module.callForOne(step, "joined", Arg.of(tables), Arg.of(number)).toDoubleArray();
    List<ObjectiveOutcome> outcomes = new ArrayList<>();
    int at = 0;
    for (NDArray table : tables) {
      int to = at + Math.toIntExact(table.getShape().size());
      outcomes.add(
          new ObjectiveOutcome(
              beta, Math.toIntExact(table.getShape().get(0)), Arrays.copyOfRange(all, at, to)));
      at = to;
    }
    return new Read(outcomes, all[at]);
  }

  /** What {@link #read} read. */
  public record Read(List<ObjectiveOutcome> outcomes, double number) {}

  /** What one table says. */
  public ObjectiveOutcome read(NDArray table) {
    return new ObjectiveOutcome(
        beta, Math.toIntExact(table.getShape().get(0)), table.toDoubleArray());
  }

  /**
   * Puts the log-probabilities of two passes together: element {@code i} of the result is element
   * {@code order[i]} of their concatenation.
   */
  public NDArray inOrder(NDManager step, NDArray first, NDArray second, NDArray order) {
    return module.callForOne(step, "in_order", Arg.of(first), Arg.of(second), Arg.of(order));
  }

  @Override
  public void close() {
    module.close();
  }
}
