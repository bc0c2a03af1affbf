package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.artifacts.process.WorkerProcess;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.training.memory.AvailableMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs that the version before left at their fourth step of six, and the weights that it gave the
 * same ones uninterrupted: recorded by {@code tools/version-before}.
 */
class JobOfVersionBeforeTest {
  private static final Path RECORDED = Path.of("src/test/resources/version-before");
  private static final String WEIGHTS = "model.safetensors";

  @TempDir private Path temporary;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  /** That version summed log-probabilities of responses in float32, which SFT asks for none of. */
  @ParameterizedTest
  @CsvSource({"sft, 0", "gdpo, 1e-6"})
  void it_goes_on_from_its_checkpoint_and_ends_where_that_version_would_have(
      String loss, float rounding) throws IOException {
    JobFolder job = halfDone(loss, "job");
    Path before = RECORDED.resolve(loss + "-whole");

    assertThat(train(job)).as(console.toString(StandardCharsets.UTF_8)).isEqualTo(ExitCode.DONE);

    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("resumed from " + job.checkpoints().resolve("step-4"));
    assertThat(outcome(job).attempt()).isEqualTo(2);
    float[] expected = weights(before.resolve("final"));
    float[] weights = weights(job.last());
    assertThat(weights).hasSize(expected.length);
    for (int i = 0; i < weights.length; i++) {
      assertThat(weights[i]).isCloseTo(expected[i], within(rounding));
    }
    assertThat(steps(Pieces.at(job.progress().toUri())))
        .isEqualTo(steps(Files.readAllLines(before.resolve("progress.jsonl"))));
  }

  @Test
  void interrupted_once_more_it_ends_with_the_very_same_bytes() throws IOException {
    JobFolder whole = halfDone("gdpo", "whole");
    JobFolder parts = halfDone("gdpo", "parts");
    TrainingJob job = Json.EVENTS.readValue(parts.job().toFile(), TrainingJob.class);

    train(whole);
    AtomicInteger asked = new AtomicInteger();
    try (JobWorkspace workspace = JobWorkspace.in(parts.root())) {
      PrintStream log = new PrintStream(console, true);
      assertThat(
              new TrainingRun(
                      job,
                      workspace,
                      log,
                      () -> asked.incrementAndGet() > 1,
                      AvailableMemory.ofMachine())
                  .run())
          .isEmpty();
    }
    assertThat(train(parts)).as(console.toString(StandardCharsets.UTF_8)).isEqualTo(ExitCode.DONE);

    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("resumed from " + parts.checkpoints().resolve("step-5"));
    assertThat(parts.last().resolve(WEIGHTS)).hasSameBinaryContentAs(whole.last().resolve(WEIGHTS));
  }

  /** Its folder, moved: only where it writes is told anew. */
  private JobFolder halfDone(String loss, String name) throws IOException {
    Path recorded = RECORDED.resolve(loss + "-half-done");
    JobFolder job = new JobFolder(temporary.resolve(name));
    try (Stream<Path> files = Files.walk(recorded)) {
      for (Path file : files.toList()) {
        Files.copy(file, job.root().resolve(recorded.relativize(file).toString()));
      }
    }
    ObjectNode told = (ObjectNode) Json.EVENTS.readTree(job.job().toFile());
    told.put("output_folder", job.root().toString());
    Files.write(job.job(), Json.EVENTS.writeValueAsBytes(told));
    return job;
  }

  private int train(JobFolder job) {
    return new WorkerProcess<>(new TrainCommand(), new PrintStream(console, true))
        .execute("--job", job.job().toString(), "--attempt", "2");
  }

  private static WorkOutcome outcome(JobFolder job) throws IOException {
    return Json.EVENTS.readValue(job.outcome().toFile(), WorkOutcome.class);
  }

  private static float[] weights(Path model) throws IOException {
    ByteBuffer file =
        ByteBuffer.wrap(Files.readAllBytes(model.resolve(WEIGHTS))).order(ByteOrder.LITTLE_ENDIAN);
    file.position(Math.toIntExact(Long.BYTES + file.getLong(0)));
    FloatBuffer weights = file.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[weights.remaining()];
    weights.get(values);
    return values;
  }

  private static List<String> steps(Pieces pieces) throws IOException {
    List<String> lines = new ArrayList<>();
    for (long number : pieces.numbersAfter(0)) {
      lines.addAll(pieces.read(number).lines());
    }
    return steps(lines);
  }

  private static List<String> steps(List<String> lines) throws IOException {
    List<String> steps = new ArrayList<>();
    for (String line : lines) {
      TrainingProgress progress = Json.EVENTS.readValue(line, TrainingProgress.class);
      steps.add(progress.phase() + " " + progress.step());
    }
    return steps;
  }
}
