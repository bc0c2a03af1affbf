package io.gdpo.training.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds optimizer steps against PyTorch's (golden/optimizers.json, from tools/optimizer). */
class OptimizerTest {
  /** Its gradient with respect to x is g. */
  private static final String DOT =
      """
      class Dot(Module):
        training : bool

        def dot(self, x: Tensor, g: Tensor) -> Tensor:
          return torch.sum(x * g)
      """;

  private NDManager manager;
  private TorchScriptModule dot;

  @BeforeEach
  void open() {
    manager = NDManager.newBaseManager(null, "PyTorch");
    dot = TorchScript.load(manager, "Dot", DOT);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @CsvSource({"adamw,true", "rmsprop,true", "adamw,false", "rmsprop,false"})
  void a_step_is_pytorchs_clipped_or_not_fused_or_not(String name, boolean fused)
      throws IOException {
    JsonNode golden = golden(name);
    Map<String, NDArray> parameters = parameters(golden);
    try (Optimizer optimizer = new Optimizer(spec(golden, fused), parameters, manager)) {
      for (JsonNode step : golden.get("steps")) {
        addGradients(parameters, step);
        double norm = optimizer.step(step.get("learning_rate").asDouble());
        assertThat(norm).isCloseTo(step.get("norm").asDouble(), within(1e-5));
        assertParameters(parameters, step);
      }
    }
  }

  @Test
  void rmsprops_weight_decay_is_decoupled_fused_or_not() throws IOException {
    JsonNode golden = golden("rmsprop");
    Map<String, NDArray> fused = parameters(golden);
    Map<String, NDArray> unfused = parameters(golden);
    try (Optimizer one = new Optimizer(new OptimizerSpec.RmsProp(0.1, 4, true), fused, manager);
        Optimizer other =
            new Optimizer(new OptimizerSpec.RmsProp(0.1, 4, false), unfused, manager)) {
      for (JsonNode step : golden.get("steps")) {
        addGradients(fused, step);
        addGradients(unfused, step);
        one.step(step.get("learning_rate").asDouble());
        other.step(step.get("learning_rate").asDouble());
        fused.forEach(
            (name, parameter) ->
                assertThat(parameter.toFloatArray())
                    .usingComparatorWithPrecision(1e-6f)
                    .containsExactly(unfused.get(name).toFloatArray()));
      }
      float[] before = fused.get("3").toFloatArray();
      one.step(0.5); // without gradients
      float[] after = fused.get("3").toFloatArray();
      for (int i = 0; i < before.length; i++) {
        assertThat(after[i]).isCloseTo(before[i] * 0.95f, within(1e-6f));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "rmsprop"})
  void a_restored_optimizer_goes_on_as_if_it_had_never_stopped(String name, @TempDir Path folder)
      throws IOException {
    JsonNode golden = golden(name);
    Map<String, NDArray> parameters = parameters(golden);
    Optimizer optimizer = new Optimizer(spec(golden, true), parameters, manager);
    for (JsonNode step : golden.get("steps")) {
      addGradients(parameters, step);
      optimizer.step(step.get("learning_rate").asDouble());
      Path file = folder.resolve("optimizer.safetensors");
      optimizer.save(file);
      optimizer.close();
      optimizer = new Optimizer(spec(golden, true), parameters, manager);
      optimizer.restore(file);
      assertParameters(parameters, step);
    }
    optimizer.close();
  }

  @Test
  void gradients_that_are_not_finite_change_nothing() throws IOException {
    JsonNode golden = golden("adamw");
    Map<String, NDArray> parameters = parameters(golden);
    float[] before = parameters.get("0").toFloatArray();
    try (Optimizer optimizer = new Optimizer(spec(golden, true), parameters, manager)) {
      NDArray infinite = manager.create(new Shape(3, 4));
      infinite.set(new float[] {Float.NaN, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1});
      addGradient(parameters.get("0"), infinite);
      assertThat(optimizer.step(0.1)).isNaN();
      assertThat(parameters.get("0").toFloatArray()).isEqualTo(before);
    }
  }

  private static OptimizerSpec spec(JsonNode golden, boolean fused) {
    double maxNorm = golden.get("max_norm").asDouble();
    return golden.get("name").asText().equals("adamw")
        ? new OptimizerSpec.AdamW(0.9, 0.95, 0.1, maxNorm, fused)
        : new OptimizerSpec.RmsProp(0, maxNorm, fused);
  }

  private static JsonNode file() throws IOException {
    try (InputStream in = OptimizerTest.class.getResourceAsStream("/golden/optimizers.json")) {
      return Json.EVENTS.readTree(in);
    }
  }

  private static JsonNode golden(String name) throws IOException {
    return StreamSupport.stream(file().get("cases").spliterator(), false)
        .filter(c -> c.get("name").asText().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private Map<String, NDArray> parameters(JsonNode golden) throws IOException {
    JsonNode shapes = file().get("shapes");
    Map<String, NDArray> parameters = new LinkedHashMap<>();
    for (int i = 0; i < shapes.size(); i++) {
      long[] shape =
          StreamSupport.stream(shapes.get(i).spliterator(), false)
              .mapToLong(JsonNode::asLong)
              .toArray();
      NDArray parameter = manager.create(floats(golden.get("initial").get(i)), new Shape(shape));
      parameter.setRequiresGradient(true);
      parameters.put(Integer.toString(i), parameter);
    }
    return parameters;
  }

  private void addGradients(Map<String, NDArray> parameters, JsonNode step) {
    parameters.forEach(
        (name, parameter) ->
            addGradient(
                parameter,
                manager.create(
                    floats(step.get("gradients").get(Integer.parseInt(name))),
                    parameter.getShape())));
  }

  private void addGradient(NDArray parameter, NDArray gradient) {
    try (Autograd.Scope recording = Autograd.gradMode(true)) {
      Autograd.backward(dot.callForOne(manager, "dot", Arg.of(parameter), Arg.of(gradient)));
    }
  }

  private static void assertParameters(Map<String, NDArray> parameters, JsonNode step) {
    parameters.forEach(
        (name, parameter) ->
            assertThat(parameter.toFloatArray())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(floats(step.get("parameters").get(Integer.parseInt(name)))));
  }

  private static float[] floats(JsonNode numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers.get(i).asDouble();
    }
    return floats;
  }
}
