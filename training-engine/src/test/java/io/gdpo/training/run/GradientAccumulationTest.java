package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
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
import io.gdpo.training.batch.MismatchedExamples;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.step.KlEstimate;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.OptimizerSpec;
import io.gdpo.training.step.Reference;
import io.gdpo.training.step.ReferenceLogProbs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A step of eight examples in one pass is the step of eight passes of one example. */
class GradientAccumulationTest {
  private static final int EXAMPLES = 8;
  private static final double RATE = 1e-4;

  @TempDir private Path folder;
  private Tokenizer tokenizer;
  private ExampleEncoder encoder;
  private List<TrainingExample> split;

  @BeforeEach
  void encode() throws IOException {
    SmallGroup group = SmallGroup.in(folder);
    tokenizer = Tokenizer.load(group.tokenizer());
    encoder = new ExampleEncoder(tokenizer, 96, 64);
    split = TrainingData.load(group.dataset(), encoder, spec(Loss.GDPO)).train();
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void gradients_and_the_weights_after_the_step_are_the_same(Loss loss) {
    Step whole = step(loss, 1);
    Step accumulated = step(loss, EXAMPLES);

    assertThat(distance(accumulated.gradients, whole.gradients))
        .isLessThan(1e-6 * largest(whole.gradients));
    assertThat(distance(accumulated.weights, whole.weights)).isLessThan(1e-5);
    assertThat(distance(whole.weights, whole.before)).isGreaterThan(RATE / 2);
  }

  private record Step(List<float[]> before, List<float[]> gradients, List<float[]> weights) {}

  private Step step(Loss loss, int microBatches) {
    TrainingSpec spec = spec(loss);
    List<TrainingExample> examples = split.subList(0, EXAMPLES);
    try (CausalLanguageModel policy = model(3);
        CausalLanguageModel other = model(5);
        NDManager scratch = policy.parameters().manager().newSubManager();
        ObjectivePass pass = new ObjectivePass(policy, encoder.beliefTokenIds(), spec);
        ObjectivePass byOther = new ObjectivePass(other, encoder.beliefTokenIds(), spec);
        Optimizer optimizer =
            new Optimizer(OptimizerSpec.of(spec), policy.parameters().byName(), scratch)) {
      BatchPacker packer = new BatchPacker(loss, true, spec.levers(), 32);
      Reference reference =
          loss.needs(Loss.Need.REFERENCE)
              ? ReferenceLogProbs.compute(byOther, packer.pack(split, 1))
              : Reference.without(loss);
      double kl = loss.needs(Loss.Need.KL) ? kl(pass, byOther, packer, examples) : 0;

      policy.parameters().requiresGrad(true);
      List<NDArray> weights = policy.parameters().tensors();
      List<float[]> before = values(weights);
      pass.differentiate(packer.pack(examples, microBatches), reference, kl).close();
      List<float[]> gradients = values(Autograd.gradients(scratch, weights));
      optimizer.step(RATE);
      return new Step(before, gradients, values(weights));
    }
  }

  /** A reference point that matters. */
  private double kl(
      ObjectivePass policy,
      ObjectivePass reference,
      BatchPacker packer,
      List<TrainingExample> examples) {
    List<TrainingExample> mismatched = MismatchedExamples.of(split, 96);
    BatchPacker chosenOnly = packer.chosenOnly();
    KlEstimate estimate =
        new KlEstimate(
            policy,
            ReferenceLogProbs.compute(reference, chosenOnly.pack(mismatched, 1)),
            chosenOnly,
            mismatched);
    double kl = estimate.of(estimate.layOut(examples));
    assertThat(kl).isGreaterThan(0.1);
    return kl;
  }

  private static CausalLanguageModel model(long seed) {
    return CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 32, 2, 2), seed, Device.cpu());
  }

  private static TrainingSpec spec(Loss loss) {
    return Json.SPECS.convertValue(Map.of("loss", loss.label()), TrainingSpec.class);
  }

  private static List<float[]> values(List<NDArray> tensors) {
    return tensors.stream().map(NDArray::toFloatArray).toList();
  }

  private static double distance(List<float[]> some, List<float[]> others) {
    double distance = 0;
    for (int tensor = 0; tensor < some.size(); tensor++) {
      for (int i = 0; i < some.get(tensor).length; i++) {
        distance =
            Math.max(distance, Math.abs((double) some.get(tensor)[i] - others.get(tensor)[i]));
      }
    }
    return distance;
  }

  private static double largest(List<float[]> tensors) {
    return distance(tensors, tensors.stream().map(t -> new float[t.length]).toList());
  }
}
