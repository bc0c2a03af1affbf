package io.gdpo.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.ModelConfig;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LocalProcessLauncher;
import io.gdpo.platform.launch.ThisProgram;
import io.gdpo.platform.memory.MemoryShare;
import io.gdpo.trainer.Main;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The estimate of memory against what a training process really took, on a narrow model with a
 * vocabulary as wide as Qwen's, where logits are most of it. benchmarks/run --memory does the same
 * at the width of a real model.
 */
class WideVocabularyMemoryTest {
  private static final String CONFIG =
      """
      {"model_type": "qwen2", "vocab_size": 151936, "max_position_embeddings": 256, "hidden_size": 64,
       "intermediate_size": 128, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
       "rms_norm_eps": 1e-6, "rope_theta": 1e6, "hidden_act": "silu", "tie_word_embeddings": true}
      """;

  @TempDir private Path temporary;

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({"sft, full", "gdpo, lora"})
  void a_job_takes_what_it_said_within_15_percent(String loss, String trained) throws Exception {
    SmallGroup group = SmallGroup.in(temporary);
    Path model = Files.createDirectories(temporary.resolve("model"));
    Files.writeString(model.resolve(ModelConfig.FILE), CONFIG);
    try (CausalLanguageModel random =
        CausalLanguageModel.random(ModelConfig.load(model), 7, Device.cpu())) {
      random.save(model, group.tokenizer());
    }
    Map<String, Object> training =
        new HashMap<>(Map.of("loss", loss, "batch_size", 16, "epochs", 0.6));
    if (trained.equals("lora")) {
      training.put("lora", Map.of());
    }
    TrainingJob job = group.job("job", training, new ModelSpec(null, model.toString(), null));
    Path file = temporary.resolve("job.json");
    Files.write(file, Json.EVENTS.writeValueAsBytes(job));

    run(file);

    TrainingResult result =
        Json.EVENTS.readValue(group.folder(job).result().toFile(), TrainingResult.class);
    assertThat((double) result.peakResidentBytes())
        .isCloseTo((double) result.estimatedPeakBytes(), Percentage.withPercentage(15));
  }

  private void run(Path job) throws InterruptedException {
    Path log = temporary.resolve("log");
    CountDownLatch ended = new CountDownLatch(1);
    try (LocalProcessLauncher launcher =
        new LocalProcessLauncher(
            new LocalProcessLauncher.Settings(
                ThisProgram.ofClassPath(
                    System.getProperty("java.class.path"), Main.class.getName()),
                List.of("-Xmx1g"),
                Duration.ofSeconds(10)))) {
      launcher.onExit(name -> ended.countDown());
      launcher.launch(
          new LaunchRequest(
              "job",
              List.of("train", "--job", job.toString()),
              log,
              2,
              Map.of(MemoryShare.FOLDER, temporary.resolve("memory").toString())));
      assertThat(ended.await(3, TimeUnit.MINUTES)).isTrue();
      assertThat(launcher.status("job")).as("see %s", log).isEqualTo(new JobStatus.Exited(0));
    }
  }
}
