package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.lm.weights.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A model's weights and the low-rank updates that may be added to them, in the order in which the
 * model's compiled methods take them. Owns the updates, and the weights unless they are borrowed.
 */
final class AdaptedWeights implements AutoCloseable {
  private final ModelConfig config;
  private final ParameterStore parameters;
  private final boolean borrowed;
  private Optional<LoraAdapter> updates = Optional.empty();

  private AdaptedWeights(ModelConfig config, ParameterStore parameters, boolean borrowed) {
    this.config = config;
    this.parameters = parameters;
    this.borrowed = borrowed;
  }

  static AdaptedWeights owning(ModelConfig config, ParameterStore parameters) {
    return new AdaptedWeights(config, parameters, false);
  }

  /** The same weights without updates; closing them leaves the weights open. */
  AdaptedWeights borrowed() {
    return new AdaptedWeights(config, parameters, true);
  }

  /** The weights alone. */
  ParameterStore parameters() {
    return parameters;
  }

  Optional<LoraAdapter> updates() {
    return updates;
  }

  /**
   * Freezes the weights and adds fresh updates.
   *
   * @throws IllegalStateException if there are some already
   */
  void adapt(LoraConfig lora, long seed) {
    if (updates.isPresent()) {
      throw new IllegalStateException("the model is adapted already; merge the adapter first");
    }
    adapt(LoraAdapter.fresh(lora, config, seed, parameters.manager()));
  }

  /** Freezes the weights and takes updates over. */
  void adapt(LoraAdapter adapter) {
    parameters.requiresGrad(false);
    updates = Optional.of(adapter);
  }

  List<String> names() {
    List<String> names = new ArrayList<>(parameters.names());
    updates.ifPresent(lora -> names.addAll(lora.parameters().names()));
    return names;
  }

  List<NDArray> tensors() {
    List<NDArray> tensors = new ArrayList<>(parameters.tensors());
    updates.ifPresent(lora -> tensors.addAll(lora.parameters().tensors()));
    return tensors;
  }

  /** What the updates are multiplied by; 0 where there are none. */
  double scale() {
    return updates.map(lora -> lora.config().scale()).orElse(0.0);
  }

  /**
   * A weight with its update added, which then belongs to {@code owner}; else the weight itself.
   *
   * @param script the model's compiled methods
   */
  NDArray merged(TorchScriptModule script, NDManager owner, String name) {
    NDArray weight = parameters.get(name);
    String module = name.replaceFirst("\\.weight$", "");
    if (updates.isEmpty() || !updates.get().modules().contains(module)) {
      return weight;
    }
    return script.callForOne(
        owner,
        config.isStoredTransposed(name) ? "merged_conv1d" : "merged_linear",
        Arg.of(weight),
        Arg.of(updates.get().a(module)),
        Arg.of(updates.get().b(module)));
  }

  /** Adds the updates to the weights for good. */
  void merge(TorchScriptModule script) {
    if (updates.isEmpty()) {
      return;
    }
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      for (String module : updates.get().modules()) {
        String name = module + ".weight";
        try (NDManager scratch = parameters.manager().newSubManager()) {
          NDArray merged = merged(script, scratch, name);
          script.call(scratch, "assign", Arg.of(parameters.get(name)), Arg.of(merged));
        }
      }
    }
    updates.get().close();
    updates = Optional.empty();
  }

  @Override
  public void close() {
    updates.ifPresent(LoraAdapter::close);
    if (!borrowed) {
      parameters.close();
    }
  }
}
