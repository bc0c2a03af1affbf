package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.memory.ProcessMemory;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.batch.TrainingPlan;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.OptimizerSpec;
import io.gdpo.training.step.Reference;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trains in a process whose Java heap is small and touched from the start, so that what grows is
 * what libtorch was given and did not get back.
 */
class SoakTest {
  private static final int WARM_UP = 150;
  private static final int STEPS = 500;
  private static final long MEGABYTE = 1 << 20;

  @Test
  void managed_arrays_and_resident_memory_stay_flat_over_500_steps(@TempDir Path folder)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).isZero();
    List<Usage> usages = output.lines().filter(l -> l.startsWith("usage")).map(Usage::of).toList();
    assertThat(usages).hasSize(2);
    assertThat(usages.get(1).arrays()).isEqualTo(usages.get(0).arrays());
    assertThat(usages.get(1).resident() - usages.get(0).resident()).isLessThan(24 * MEGABYTE);
  }

  private record Usage(long arrays, long resident) {
    static Usage now(NDManager manager) {
      return new Usage(
          ((BaseNDManager) manager).getManagedArrays().size(), ProcessMemory.residentBytes());
    }

    static Usage of(String line) {
      String[] words = line.split(" ", -1);
      return new Usage(Long.parseLong(words[1]), Long.parseLong(words[2]));
    }

    String line() {
      return "usage " + arrays + " " + resident;
    }
  }

  static final class Program {
    private Program() {}

    public static void main(String[] args) throws IOException {
      SmallGroup group = SmallGroup.in(Path.of(args[0]));
      TrainingSpec spec =
          Json.SPECS.convertValue(Map.of("loss", "gdpo", "batch_size", 4), TrainingSpec.class);
      try (Tokenizer tokenizer = Tokenizer.load(group.tokenizer());
          CausalLanguageModel model =
              CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 32, 2, 2), 3, Device.cpu())) {
        train(group, spec, tokenizer, model);
      }
    }

    private static void train(
        SmallGroup group, TrainingSpec spec, Tokenizer tokenizer, CausalLanguageModel model) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 96, 64);
      List<TrainingExample> examples = TrainingData.load(group.dataset(), encoder, spec).train();
      BatchPacker packer = new BatchPacker(Loss.GDPO, true, spec.levers(), 32);
      NDManager manager = model.parameters().manager();
      model.parameters().requiresGrad(true);
      Reference reference = Reference.without(Loss.GDPO);
      TrainingPlan plan = TrainingPlan.of(spec, 0, examples);
      try (ObjectivePass pass = new ObjectivePass(model, encoder.beliefTokenIds(), spec);
          Optimizer optimizer =
              new Optimizer(OptimizerSpec.of(spec), model.parameters().byName(), manager)) {
        for (int step = 1; step <= WARM_UP + STEPS; step++) {
          for (PackedBatch batch : packer.pack(plan.batch(step, examples), 1)) {
            pass.differentiate(List.of(batch), reference, 0).close();
            pass.evaluate(batch, reference, 0);
          }
          optimizer.step(1e-3);
          if (step == WARM_UP || step == WARM_UP + STEPS) {
            System.out.println(Usage.now(manager).line());
          }
        }
      }
    }
  }
}
