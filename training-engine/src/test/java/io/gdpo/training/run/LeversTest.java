package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import io.gdpo.training.step.Differentiated;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Reference;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What makes a step fast, or lets it fit, changes no number. */
class LeversTest {
  private static final double TOLERANCE = 1e-5;

  @TempDir private Path folder;
  private Tokenizer tokenizer;
  private ExampleEncoder encoder;
  private List<TrainingExample> examples;
  private CausalLanguageModel model;

  @BeforeEach
  void open() throws IOException {
    SmallGroup group = SmallGroup.in(folder);
    tokenizer = Tokenizer.load(group.tokenizer());
    encoder = new ExampleEncoder(tokenizer, 96, 64);
    examples = TrainingData.load(group.dataset(), encoder, spec("gdpo", "{}")).train();
    model = CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 32, 2, 2), 3, Device.cpu());
    model.parameters().requiresGrad(true);
  }

  @AfterEach
  void close() {
    model.close();
    tokenizer.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{levers: {one_forward: false}}",
        "{levers: {selected_rows: false}}",
        "{levers: {shared_prefixes: false}}",
        "{levers: {sequence_packing: false}}",
        "{levers: {length_bucketing: false}}",
        "{vocabulary_chunk: 7}",
        "{activation_recomputation: true}",
        "{activation_recomputation: true, vocabulary_chunk: 16}",
        "{activation_recomputation: true, levers: {one_forward: false}}",
        "{vocabulary_chunk: 7, levers: {one_forward: false, selected_rows: false}}",
        "{levers: {one_forward: false, selected_rows: false, shared_prefixes: false,"
            + " sequence_packing: false, length_bucketing: false}}",
      })
  void a_step_without_it_gives_the_same_loss_and_gradients(String switches) throws IOException {
    for (String loss : List.of("sft", "dpo", "gdpo")) {
      Outcome with = step(spec(loss, "{}"));
      Outcome without = step(spec(loss, switches));

      for (TrainingExample example : examples) {
        assertThat(without.values.get(example))
            .as(loss)
            .containsExactly(with.values.get(example), within(TOLERANCE));
      }
      for (int i = 0; i < with.gradients.size(); i++) {
        assertThat(without.gradients.get(i))
            .as(loss + " " + model.parameters().names().get(i))
            .containsExactly(with.gradients.get(i), within((float) TOLERANCE));
      }
    }
  }

  /** Each example's losses and metrics, and the gradient of every parameter. */
  private record Outcome(Map<TrainingExample, double[]> values, List<float[]> gradients) {}

  private Outcome step(TrainingSpec spec) {
    Loss loss = spec.loss();
    BatchPacker packer = new BatchPacker(loss, true, spec.levers(), 32);
    Map<TrainingExample, double[]> values = new HashMap<>();
    try (ObjectivePass pass = new ObjectivePass(model, encoder.beliefTokenIds(), spec);
        NDManager manager = model.parameters().manager().newSubManager()) {
      List<PackedBatch> batches = packer.pack(examples, 3);
      List<ObjectiveOutcome> outcomes;
      try (Differentiated done = pass.differentiate(batches, Reference.without(loss), 0)) {
        outcomes = done.read(manager.create(0f)).outcomes();
      }
      for (int b = 0; b < batches.size(); b++) {
        PackedBatch batch = batches.get(b);
        ObjectiveOutcome outcome = outcomes.get(b);
        for (int i = 0; i < outcome.examples(); i++) {
          values.put(
              batch.examples().get(i),
              new double[] {
                outcome.value(i, Column.NLL),
                outcome.value(i, Column.CALIBRATION),
                outcome.value(i, Column.IMITATION),
                outcome.value(i, Column.BELIEF_MASS)
              });
        }
      }
      List<NDArray> weights = model.parameters().tensors();
      List<float[]> gradients = new ArrayList<>();
      Autograd.gradients(manager, weights).forEach(g -> gradients.add(g.toFloatArray()));
      Autograd.zeroGradients(weights);
      return new Outcome(values, gradients);
    }
  }

  private static TrainingSpec spec(String loss, String switches) throws IOException {
    ObjectNode fields = (ObjectNode) Json.YAML_SPECS.readTree(switches);
    fields.put("loss", loss);
    return Json.YAML_SPECS.treeToValue(fields, TrainingSpec.class);
  }
}
