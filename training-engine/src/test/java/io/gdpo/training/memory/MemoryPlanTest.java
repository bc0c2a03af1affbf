package io.gdpo.training.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryEstimate.Part;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.model.ModelSource;
import io.gdpo.training.run.TrainingRun;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plans for a model that is far too large for a test to make, which is what they are for. */
class MemoryPlanTest {
  private static final int LAYERS = 12;
  private static final int WIDTH = 1024;

  @TempDir private Path temporary;
  private SmallGroup group;

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
  }

  @Test
  void a_job_that_cannot_fit_is_refused_before_its_weights_are_made_with_what_would_fit()
      throws IOException {
    TrainingJob job = job(Map.of());
    long available = estimate(job).total() - 1;

    Throwable refusal = catchThrowable(() -> run(job, available));

    assertThat(refusal)
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("needs about " + MemoryEstimate.megabytes(available + 1))
        .hasMessageContaining("weights ")
        .hasMessageContaining("optimizer state ")
        .hasMessageContaining("only " + MemoryEstimate.megabytes(available))
        .hasMessageContaining("activation_recomputation: true")
        .hasMessageContaining("lora: {}");
    assertThat(group.folder(job).progress()).doesNotExist();
    assertThat(estimate(job(Map.of("activation_recomputation", true))).total())
        .isLessThanOrEqualTo(available);
  }

  @Test
  void where_no_single_change_is_enough_all_are_tried_together() throws IOException {
    TrainingJob job = job(Map.of());
    Map<String, Object> all =
        Map.of(
            "vocabulary_chunk",
            256,
            "gradient_accumulation",
            16,
            "activation_recomputation",
            true,
            "lora",
            Map.of());
    long available = estimate(job(all)).total();

    assertThat(catchThrowable(() -> run(job, available)))
        .hasMessageContaining("vocabulary_chunk: 256, gradient_accumulation: 16")
        .hasMessageContaining("lora: {}");
    assertThat(catchThrowable(() -> run(job, available - 1)))
        .hasMessageContaining("take a smaller model, or a machine with more memory");
  }

  @Test
  void each_part_is_what_arithmetic_says() throws IOException {
    MemoryEstimate whole = estimate(job(Map.of()));
    MemoryEstimate adapted = estimate(job(Map.of("lora", Map.of("rank", 4))));
    long blocks = LAYERS * (12L * WIDTH * WIDTH + 13L * WIDTH);
    long weights = 4 * (blocks + (257L + 96 + 2) * WIDTH);
    long adapters = 4L * 4 * LAYERS * (WIDTH + 3 * WIDTH + 2 * WIDTH + 5 * WIDTH + 5 * WIDTH);

    assertThat(whole.of(Part.WEIGHTS)).isEqualTo(weights);
    assertThat(whole.of(Part.GRADIENTS)).isEqualTo(weights);
    assertThat(whole.of(Part.OPTIMIZER_STATE)).isEqualTo(2 * weights);
    assertThat(adapted.of(Part.WEIGHTS)).isEqualTo(weights + adapters);
    assertThat(adapted.of(Part.GRADIENTS)).isIn(0L, adapters);
  }

  private TrainingJob job(Map<String, Object> training) {
    Map<String, Object> fields = new HashMap<>(Map.of("loss", "gdpo", "batch_size", 16));
    fields.putAll(training);
    RandomInit init = new RandomInit(group.tokenizer().toString(), LAYERS, WIDTH, 16, 96, 7L);
    return group.job("job", fields, new ModelSpec(null, null, init));
  }

  private MemoryEstimate estimate(TrainingJob job) throws IOException {
    ModelConfig config = ModelSource.start(job).config();
    try (Tokenizer tokenizer = Tokenizer.load(group.tokenizer())) {
      TrainingData data =
          TrainingData.load(group.dataset(), new ExampleEncoder(tokenizer, 96, 48), job.training());
      return new MemoryPlan(job, config, true, 96, length -> data).estimate();
    }
  }

  private void run(TrainingJob job, long available) throws IOException {
    Files.createDirectories(group.folder(job).root());
    PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
    new TrainingRun(
            job,
            JobWorkspace.in(group.folder(job).root()),
            nowhere,
            () -> false,
            device -> available)
        .run();
  }
}
