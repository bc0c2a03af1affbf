package io.gdpo.evaluator.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Checkpoint;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.evaluator.Main;
import io.gdpo.evaluator.TinyWorld;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.DecoderMemory;
import io.gdpo.lm.ModelConfig;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LocalProcessLauncher;
import io.gdpo.platform.launch.ThisProgram;
import io.gdpo.platform.memory.MemoryEstimate;
import io.gdpo.platform.memory.MemoryEstimate.Part;
import io.gdpo.platform.memory.MemoryShare;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
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
            114);

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
        new EvaluateCommand(out, out, "cpu", 100 << 20, Optional.empty())
            .execute("--request", request.toUri().toString());

    assertThat(code).isEqualTo(EvaluateCommand.REFUSED);
    assertThat(Files.readString(request.resolveSibling(EvaluationTask.FAILURE_FILE)))
        .contains("the evaluation needs about 3")
        .contains("there are only 100 MB");
  }

  @Test
  void an_evaluation_takes_what_it_said_within_a_fifth() throws Exception {
    TinyWorld world = TinyWorld.in(temporary.resolve("world"));
    ModelConfig config = config(64, 128, 2, 2);
    try (CausalLanguageModel random = CausalLanguageModel.random(config, 7, Device.cpu())) {
      random.save(temporary.resolve("model"), world.policy());
    }
    Checkpoint tiny = world.checkpoint("wide", "tiny");
    String model = temporary.resolve("model").toUri().toString();
    Checkpoint wide =
        new Checkpoint(
            tiny.id(),
            tiny.jobId(),
            tiny.experiment(),
            tiny.stage(),
            tiny.loss(),
            tiny.kind(),
            tiny.step(),
            model,
            model,
            tiny.datasetUri(),
            tiny.progressUri(),
            tiny.beta(),
            tiny.maxLength(),
            tiny.maxPromptLength());

    String log = run(request(wide, new EvaluationSpec("test", "best", 32, 3, 5L)));

    double said = last("memory: about ([\\d,]+) MB", log);
    assertThat(last("peak ([\\d,]+) MB", log)).isCloseTo(said, Percentage.withPercentage(20));
  }

  private ModelConfig config(int width, int inner, int layers, int heads) throws IOException {
    Path folder = Files.createDirectories(temporary.resolve("config"));
    Files.writeString(
        folder.resolve(ModelConfig.FILE), CONFIG.formatted(width, inner, layers, heads));
    return ModelConfig.load(folder);
  }

  private Path request(Checkpoint checkpoint, EvaluationSpec spec) throws IOException {
    Path request =
        Files.createDirectories(temporary.resolve("evaluation"))
            .resolve(EvaluationTask.REQUEST_FILE);
    Files.write(request, Json.EVENTS.writeValueAsBytes(new EvaluationTask(checkpoint, spec)));
    return request;
  }

  private static double last(String pattern, String log) {
    Matcher found = Pattern.compile(pattern).matcher(log);
    assertThat(found.find()).as(log).isTrue();
    return Double.parseDouble(found.group(1).replace(",", ""));
  }

  private String run(Path request) throws InterruptedException, IOException {
    Path log = temporary.resolve("log");
    CountDownLatch ended = new CountDownLatch(1);
    try (LocalProcessLauncher launcher =
        new LocalProcessLauncher(
            new LocalProcessLauncher.Settings(
                ThisProgram.ofClassPath(
                    System.getProperty("java.class.path"), Main.class.getName()),
                List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"),
                Duration.ofSeconds(10)))) {
      launcher.onExit(name -> ended.countDown());
      launcher.launch(
          new LaunchRequest(
              "wide",
              List.of("evaluate", "--request", request.toUri().toString()),
              log,
              2,
              Map.of(MemoryShare.FOLDER, temporary.resolve("memory").toString())));
      assertThat(ended.await(3, TimeUnit.MINUTES)).isTrue();
      assertThat(launcher.status("wide"))
          .as(Files.readString(log))
          .isEqualTo(new JobStatus.Exited(0));
    }
    return Files.readString(log);
  }
}
