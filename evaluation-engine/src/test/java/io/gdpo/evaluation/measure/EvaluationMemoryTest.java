package io.gdpo.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.WorkerProcess;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryEstimate.Part;
import io.gdpo.testmodels.TinyWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationMemoryTest {
  private static final String CONFIG =
      """
      {"model_type": "qwen2", "vocab_size": 151936, "max_position_embeddings": 256, "hidden_size": %d,
       "intermediate_size": %d, "num_hidden_layers": %d, "num_attention_heads": %d, "num_key_value_heads": 2,
       "rms_norm_eps": 1e-6, "rope_theta": 1e6, "hidden_act": "silu", "tie_word_embeddings": true}
      """;

  @TempDir private Path temporary;

  @Test
  void sampling_from_half_a_billion_weights_needs_them_twice_and_24_bytes_for_each_logit()
      throws IOException {
    ModelConfig config = config(896, 4864, 24, 14);

    MemoryEstimate estimate =
        EvaluationMemory.estimate(
            config,
            Optional.of(config),
            new DecoderMemory.Batch(32, 50, 192, 0),
            List.of(new DecoderMemory.Batch(32, 128, 1024, 0)),
            64,
            50,
            114,
            PassSizes.OF_CPU);

    assertThat(estimate.moment()).isEqualTo("while responses are sampled");
    assertThat(estimate.of(Part.WEIGHTS)).isEqualTo(4 * 494_032_768L);
    assertThat(estimate.of(Part.PREPARED)).isEqualTo(4 * (151_936L * 896 + 24 * 14_909_440L));
    assertThat(estimate.of(Part.VOCABULARY)).isEqualTo(24L * 64 * 151_936);
    assertThat(estimate.of(Part.CACHE))
        .isEqualTo(2L * 4 * 24 * 2 * 64 * (64 * (114 + 32) + 10 * 50));
  }

  @Test
  void an_evaluation_that_cannot_fit_is_refused_with_its_numbers() throws IOException {
    TinyWorld world = TinyWorld.in(temporary.resolve("world"));
    Path request = request(world.checkpoint("one", "tiny"), TinyWorld.SPEC);
    PrintStream out = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);

    int code =
        new WorkerProcess<>(new EvaluateCommand("cpu", 100 << 20, Optional.empty()), out)
            .execute("--job", request.toUri().toString());

    assertThat(code).isEqualTo(ExitCode.FAILED);
    assertThat(Files.readString(request.resolveSibling(WorkOutcome.FILE)))
        .contains("the evaluation needs about 3")
        .contains("there are only 100 MB");
  }

  private ModelConfig config(int width, int inner, int layers, int heads) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("config"));
    Files.writeString(
        folder.resolve(ModelConfig.FILE), CONFIG.formatted(width, inner, layers, heads));
    return ModelConfig.load(folder);
  }

  private Path request(Checkpoint checkpoint, EvaluationSpec spec) throws IOException {
    Path request = Files.createDirectories(temporary.resolve("evaluation")).resolve("job.json");
    Files.write(request, Json.EVENTS.writeValueAsBytes(new EvaluationTask(checkpoint, spec)));
    return request;
  }
}
