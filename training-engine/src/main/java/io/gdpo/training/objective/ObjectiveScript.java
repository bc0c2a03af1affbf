package io.gdpo.training.objective;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.contracts.spec.CalibrationSupport;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * An {@link Objective} compiled for libtorch: the shared quantities of {@code terms.py} and the
 * objective's formula, as one TorchScript module.
 *
 * <p>Closing it, or the manager that it was loaded with, frees the module.
 */
public final class ObjectiveScript implements AutoCloseable {
  private static final String LOSSES =
      "  def losses(self, nll: Tensor, calibration: Tensor, imitation: Tensor, chosen: Tensor,"
          + " rejected: Tensor, reference_chosen: Tensor, reference_rejected: Tensor, kl: Tensor) -> Tensor:\n";

  private final Objective objective;
  private final TorchScriptModule module;

  private ObjectiveScript(Objective objective, TorchScriptModule module) {
    this.objective = objective;
    this.module = module;
  }

  /** Compiles an objective. */
  public static ObjectiveScript load(NDManager manager, Objective objective) {
    Map<String, Object> attributes = new HashMap<>(objective.settings());
    attributes.put(
        "calibrates_belief_tokens_only",
        objective.calibrationSupport() == CalibrationSupport.BELIEFS);
    return new ObjectiveScript(
        objective, TorchScript.load(manager, "Objective", source(objective), attributes));
  }

  private static String source(Objective objective) {
    StringBuilder source = new StringBuilder("class Objective(Module):\n  training : bool\n");
    source.append("  calibrates_belief_tokens_only : bool\n");
    objective
        .settings()
        .keySet()
        .forEach(name -> source.append("  ").append(name).append(" : float\n"));
    return source
        .append(terms())
        .append(LOSSES)
        .append(objective.formula().stripTrailing().indent(4))
        .toString();
  }

  private static String terms() {
    try (InputStream in =
        Objects.requireNonNull(ObjectiveScript.class.getResourceAsStream("terms.py"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read the resource terms.py", e);
    }
  }

  /** Computes the loss of each example, and what is logged beside it. */
  public ObjectiveOutcome evaluate(NDManager step, ObjectiveInput input) {
    return ObjectiveOutcome.read(objective, module.call(step, "evaluate", input.args()));
  }

  /**
   * Like {@link #evaluate}, and adds the gradient of the examples' summed loss over {@code
   * input.examples()} to the leaves that the input hangs on. Gradient mode must be on.
   */
  public ObjectiveOutcome differentiate(NDManager step, ObjectiveInput input) {
    return ObjectiveOutcome.read(objective, module.call(step, "differentiate", input.args()));
  }

  /**
   * Puts the log-probabilities of two passes together: element {@code i} of their concatenation
   * becomes element {@code places[i]}.
   */
  public NDArray inOrder(NDManager step, NDArray first, NDArray second, int[] places) {
    long[] order = new long[places.length];
    for (int i = 0; i < places.length; i++) {
      order[places[i]] = i;
    }
    return module.callForOne(
        step, "in_order", Arg.of(first), Arg.of(second), Arg.of(step.create(order)));
  }

  @Override
  public void close() {
    module.close();
  }
}
