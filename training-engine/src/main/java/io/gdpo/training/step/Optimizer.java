package io.gdpo.training.step;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Updates parameters in place from the gradients that backward passes left on them, in one
 * TorchScript call: clip by global norm, step, set gradients to zero.
 *
 * <p>Owns its state (plain float32 tensors on its own manager); the parameters stay their store's.
 * Used by one thread, with gradient mode off.
 */
public final class Optimizer implements AutoCloseable {
  private static final String STEPS = "steps";

  private final OptimizerSpec spec;
  private final Map<String, NDArray> parameters;
  private final NDManager manager;
  private final TorchScriptModule module;
  private final Map<String, List<NDArray>> state = new LinkedHashMap<>();
  private NDArray steps;

  /**
   * An optimizer that has made no step.
   *
   * @param owner its device and the life of the state
   */
  public Optimizer(OptimizerSpec spec, Map<String, NDArray> parameters, NDManager owner) {
    this.spec = spec;
    this.parameters = parameters;
    this.manager = owner.newSubManager();
    this.module = TorchScript.load(manager, "Optimizer", source(spec), spec.settings());
    for (String name : spec.stateNames()) {
      state.put(name, parameters.values().stream().map(p -> manager.zeros(p.getShape())).toList());
    }
    this.steps = manager.create(0f);
  }

  private static String source(OptimizerSpec spec) {
    StringBuilder source = new StringBuilder("class Optimizer(Module):\n  training : bool\n");
    spec.settings().keySet().forEach(n -> source.append("  ").append(n).append(" : float\n"));
    return source.append(resource("gradients.py")).append(resource(spec.resource())).toString();
  }

  private static String resource(String name) {
    try (InputStream in = Objects.requireNonNull(Optimizer.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read the resource " + name, e);
    }
  }

  /**
   * Gives each parameter, which requires one by now, a gradient of zeros: side by side, before
   * passes take and give back the memory around them, so that it does not fall into pieces.
   */
  public void allocateGradients() {
    try (NDManager scratch = manager.newSubManager();
        Autograd.Scope recording = Autograd.gradMode(true)) {
      module.call(scratch, "allocate_gradients", Arg.of(List.copyOf(parameters.values())));
    }
  }

  /**
   * Makes one step, or none if the gradients' norm is not finite. A GPU is told so, and not waited
   * for.
   *
   * @param results owner of what is returned
   * @return [] float32, the gradients' global norm before clipping
   */
  public NDArray update(NDManager results, double learningRate) {
    try (NDManager onHost = manager.newSubManager(Device.cpu())) {
      List<Arg> args = new ArrayList<>();
      args.add(Arg.of(List.copyOf(parameters.values())));
      state.values().forEach(tensors -> args.add(Arg.of(tensors)));
      args.add(Arg.of(steps));
      args.add(Arg.of(onHost.create(learningRate)));
      return module.callForOne(results, "step", args.toArray(Arg[]::new));
    }
  }

  /** The same, and waits for the norm. */
  public double step(double learningRate) {
    try (NDManager step = manager.newSubManager()) {
      return update(step, learningRate).getFloat();
    }
  }

  /** Writes the state, under {@code <parameter>.<state>}. */
  public void save(Path file) throws IOException {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    state.forEach(
        (name, values) -> {
          int i = 0;
          for (String parameter : parameters.keySet()) {
            tensors.put(parameter + "." + name, values.get(i++));
          }
        });
    tensors.put(STEPS, steps);
    Safetensors.write(file, tensors, Map.of("optimizer", spec.name()));
  }

  /** Takes over the state that {@link #save} wrote. */
  public void restore(Path file) throws IOException {
    try (Safetensors saved = Safetensors.open(file)) {
      for (String name : spec.stateNames()) {
        List<NDArray> restored =
            parameters.keySet().stream()
                .map(parameter -> saved.loadFloats(manager, parameter + "." + name))
                .toList();
        state.put(name, restored).forEach(NDArray::close);
      }
      steps.close();
      steps = saved.loadFloats(manager, STEPS);
    }
  }

  @Override
  public void close() {
    manager.close();
  }
}
