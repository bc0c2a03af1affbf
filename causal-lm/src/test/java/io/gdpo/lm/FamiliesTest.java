package io.gdpo.lm;

import static io.gdpo.lm.GoldenModel.distance;
import static io.gdpo.lm.GoldenModel.floats;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Autograd;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every family against what Hugging Face transformers computes with the same weights. */
class FamiliesTest {
  private static final long NEVER = -1;

  static Stream<String> names() {
    return GoldenModel.NAMES.stream();
  }

  @ParameterizedTest
  @MethodSource("names")
  void logits_loss_and_gradients_equal_those_of_transformers(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    GoldenModel.Batch batch = golden.batch("right");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Safetensors expected = golden.tensors();
        NDManager step = model.parameters().manager().newSubManager()) {
      model.parameters().requiresGrad(true);
      double logitsDistance;
      NDArray loss;
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        ForwardPass pass = model.forward(step, batch.batch());
        NDArray logits = Autograd.detach(pass.logits(batch.real()));
        logitsDistance = distance(logits.toFloatArray(), floats(expected, step, "right.logits"));
        loss =
            Autograd.backward(
                TestLoss.negativeMean(pass.selectedLogProbs(batch.rows(), batch.targets())));
      }
      NDList gradients = Autograd.gradients(step, model.parameters().tensors());
      List<String> names = model.parameters().names();
      double gradientDistance = 0;
      for (int i = 0; i < names.size(); i++) {
        float[] reference = floats(expected, step, "right.gradient." + names.get(i));
        double difference =
            distance(gradients.get(i).toFloatArray(), reference)
                / distance(reference, new float[reference.length]);
        assertThat(difference).as(names.get(i)).isLessThan(1e-3);
        gradientDistance = Math.max(gradientDistance, difference);
      }
      System.out.printf(
          "%-20s logits %.1e, gradients of %d parameters %.1e relative%n",
          name, logitsDistance, names.size(), gradientDistance);
      assertThat(logitsDistance).isLessThan(1e-4);
      assertThat((double) loss.getFloat()).isCloseTo(batch.loss(), within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void logits_of_texts_padded_on_the_left_equal_those_of_transformers(String name)
      throws IOException {
    GoldenModel golden = new GoldenModel(name);
    GoldenModel.Batch batch = golden.batch("left");
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Safetensors expected = golden.tensors();
        NDManager step = model.parameters().manager().newSubManager()) {
      float[] logits = model.forward(step, batch.batch()).logits(batch.real()).toFloatArray();
      assertThat(distance(logits, floats(expected, step, "left.logits"))).isLessThan(1e-4);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void greedy_tokens_equal_those_of_transformers(String name) throws IOException {
    GoldenModel golden = new GoldenModel(name);
    List<long[]> prompts = Golden.rows(golden.expected().get("prompts"));
    List<long[]> expected = Golden.rows(golden.expected().get("greedy"));
    try (CausalLanguageModel model = CausalLanguageModel.load(golden.folder(), Device.cpu());
        Sampler sampler = new Sampler(model)) {
      SamplingSpec spec = new SamplingSpec(1, expected.get(0).length, 0, 1, NEVER);
      List<List<long[]>> sampled = sampler.sample(prompts, spec);
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(sampled.get(i).get(0)).as("prompt %d", i).containsExactly(expected.get(i));
      }
    }
  }
}
