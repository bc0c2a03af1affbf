package io.gdpo.benchmark.gpu;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.model.ForwardOptions.VocabularyRows;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.sampling.Sampler;
import io.gdpo.lm.sampling.SamplingSpec;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * One model of each family, with random weights that are the same on every device: trees of tokens
 * in several rows, their log-probabilities, gradients by either way back, greedy continuations.
 */
final class FamilyCheck {
  /** Of a log-probability, float32, beside the CPU's. */
  private static final double LOG_PROB = 2e-5;

  /** Of all gradients together, relative to their norm. */
  private static final double GRADIENT = 5e-5;

  private static final double LOG_PROB_IN_BFLOAT16 = 0.02;
  private static final String MEAN =
      """
      class Mean(Module):
        training : bool
        def loss(self, x: Tensor) -> Tensor:
          return -torch.mean(x)
      """;

  private final Device device;
  private final Findings findings;

  FamilyCheck(Device device, Findings findings) {
    this.device = device;
    this.findings = findings;
  }

  void run(Path folder) throws IOException {
    JsonNode families;
    try (InputStream in = FamilyCheck.class.getResourceAsStream("families.json")) {
      families = Json.SPECS.readTree(in);
    }
    for (Map.Entry<String, JsonNode> family : families.properties()) {
      Path model = Files.createDirectories(folder.resolve(family.getKey()));
      Files.writeString(model.resolve("config.json"), family.getValue().toString());
      compare(family.getKey(), ModelConfig.load(model));
    }
  }

  private void compare(String family, ModelConfig config) {
    Computed cpu = computed(config, Device.cpu(), ComputeType.FLOAT32, ForwardOptions.DEFAULT);
    Computed gpu = computed(config, device, ComputeType.FLOAT32, ForwardOptions.DEFAULT);
    findings.add(family + ": log-probabilities", most(cpu.logProbs, gpu.logProbs), LOG_PROB);
    findings.add(family + ": gradients", distance(cpu.gradients, gpu.gradients), GRADIENT);
    findings.add(family + ": greedy continuations", cpu.greedy.equals(gpu.greedy));
    ForwardOptions again = new ForwardOptions(true, 7, VocabularyRows.ASKED);
    Computed recomputed = computed(config, device, ComputeType.FLOAT32, again);
    findings.add(
        family + ": gradients with recomputation and chunks",
        distance(cpu.gradients, recomputed.gradients),
        GRADIENT);
    Computed narrow = computed(config, device, ComputeType.BFLOAT16, ForwardOptions.DEFAULT);
    findings.add(
        family + ": log-probabilities in bfloat16",
        most(cpu.logProbs, narrow.logProbs),
        LOG_PROB_IN_BFLOAT16);
  }

  private record Computed(float[] logProbs, List<float[]> gradients, List<List<Long>> greedy) {}

  private static Computed computed(
      ModelConfig config, Device device, ComputeType type, ForwardOptions options) {
    try (CausalLanguageModel model = CausalLanguageModel.random(config, 7, device);
        NDManager step = model.parameters().manager().newSubManager()) {
      model.computeIn(type);
      model.parameters().requiresGrad(true);
      TorchScriptModule mean = TorchScript.load(step, "Mean", MEAN);
      float[] logProbs;
      try (Autograd.Scope recording = Autograd.gradMode(true)) {
        TokenBatch batch = batch(config);
        long[] places =
            IntStream.range(0, batch.tokens().length)
                .filter(i -> batch.end()[i] != 0)
                .mapToLong(i -> i)
                .toArray();
        long[] targets = new Random(3).longs(places.length, 0, config.vocabSize()).toArray();
        ForwardPass pass = model.forward(step, batch, options);
        NDArray asked = pass.selectedLogProbs(places, targets);
        Autograd.backward(mean.callForOne(step, "loss", Arg.of(asked)));
        pass.backward();
        logProbs = Autograd.detach(asked).toFloatArray();
      }
      List<float[]> gradients = new ArrayList<>();
      Autograd.gradients(step, model.parameters().tensors())
          .forEach(gradient -> gradients.add(gradient.toFloatArray()));
      return new Computed(logProbs, gradients, greedy(model));
    }
  }

  private static List<List<Long>> greedy(CausalLanguageModel model) {
    Random random = new Random(11);
    List<long[]> prompts =
        IntStream.of(5, 17, 40)
            .mapToObj(length -> random.longs(length, 0, model.config().vocabSize()).toArray())
            .toList();
    try (Sampler sampler = new Sampler(model)) {
      return sampler.sample(prompts, new SamplingSpec(1, 20, 0, 0, -1)).stream()
          .map(samples -> Arrays.stream(samples.get(0)).boxed().toList())
          .toList();
    }
  }

  /** Prompts with three responses each, two of them in one row. */
  private static TokenBatch batch(ModelConfig config) {
    Random random = new Random(5);
    List<TokenTree> trees = new ArrayList<>();
    for (int prompt : new int[] {30, 9, 21}) {
      TokenTree tree = new TokenTree();
      long[] beginning = random.longs(prompt, 0, config.vocabSize()).toArray();
      for (int response : new int[] {12, 5, 20}) {
        tree.add(beginning, random.longs(response, 0, config.vocabSize()).toArray());
      }
      trees.add(tree);
    }
    return TokenBatch.ofRows(
        List.of(List.of(trees.get(0)), List.of(trees.get(1), trees.get(2))), PassSizes.OF_GPU);
  }

  private static double most(float[] one, float[] other) {
    double most = 0;
    for (int i = 0; i < one.length; i++) {
      most = Math.max(most, Math.abs(one[i] - (double) other[i])); // NaN if any is
    }
    return most;
  }

  private static double distance(List<float[]> expected, List<float[]> actual) {
    double apart = 0;
    double norm = 0;
    for (int t = 0; t < expected.size(); t++) {
      for (int i = 0; i < expected.get(t).length; i++) {
        apart += Math.pow(expected.get(t)[i] - (double) actual.get(t)[i], 2);
        norm += Math.pow(expected.get(t)[i], 2);
      }
    }
    return Math.sqrt(apart / norm);
  }
}
