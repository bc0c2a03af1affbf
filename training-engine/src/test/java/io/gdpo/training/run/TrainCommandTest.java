package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.WorkerProcess;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.ModelHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command in processes of its own, as the control plane starts it. */
class TrainCommandTest {
  private static final int SIGKILL = 128 + 9;

  @TempDir private Path temporary;
  private SmallGroup group;

  /** What the worker does with the word {@code train}. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      System.exit(WorkerProcess.run(new TrainCommand(), args));
    }
  }

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
  }

  @Test
  void a_job_that_succeeds_leaves_its_result_and_its_model() throws Exception {
    TrainingJob job = group.job("job", Map.of("loss", "sft"));

    Process process = start(job);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(log(job)).isEqualTo(ExitCode.DONE);
    assertThat(outcome(job).status()).isEqualTo(WorkOutcome.Status.SUCCEEDED);
    TrainingResult result = result(job);
    assertThat(Path.of(java.net.URI.create(result.bestUri())).resolve("tokenizer.json")).exists();
    assertThat(log(job)).contains("tokens/s  ETA");
  }

  @Test
  void a_jobs_peak_is_within_a_fifth_of_its_estimate() throws Exception {
    TrainingJob job =
        group.job(
            "job",
            Map.of("loss", "gdpo", "batch_size", 16, "epochs", 1),
            new ModelSpec(
                null, null, new RandomInit(group.tokenizer().toString(), 6, 384, 6, 96, 7L)));

    assertThat(run(job, Map.of()).exitValue()).as(log(job)).isEqualTo(ExitCode.DONE);

    TrainingResult result = result(job);
    assertThat((double) result.estimatedPeakBytes())
        .isCloseTo(result.peakResidentBytes(), withinPercentage(20));
    assertThat(log(job)).contains("memory: about ").contains("estimated ");
  }

  @Test
  void a_job_that_is_killed_and_one_whose_parent_goes_away_end_as_if_nothing_had_happened()
      throws Exception {
    Map<String, Object> settings = Map.of("loss", "sft", "epochs", 80, "checkpoint_every", 5);
    TrainingJob whole = group.job("whole", settings);
    TrainingJob job = group.job("job", settings);
    Process uninterrupted = start(whole);
    assertThat(uninterrupted.waitFor(90, TimeUnit.SECONDS)).isTrue();

    Process killed = start(job);
    awaitCheckpoint(job, 5);
    killed.destroyForcibly().waitFor();
    assertThat(killed.exitValue()).isEqualTo(SIGKILL);
    Process orphaned = start(job);
    awaitCheckpoint(job, 100);
    orphaned.getOutputStream().close();
    assertThat(orphaned.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(orphaned.exitValue()).as(log(job)).isEqualTo(ExitCode.STOPPED);
    assertThat(outcome(job).status()).isEqualTo(WorkOutcome.Status.STOPPED);
    Process last = start(job);
    assertThat(last.waitFor(90, TimeUnit.SECONDS)).isTrue();

    assertThat(last.exitValue()).as(log(job)).isEqualTo(ExitCode.DONE);
    assertThat(log(job)).contains("resumed from").contains("stopped as asked");
    assertThat(group.folder(job).last().resolve("model.safetensors"))
        .hasSameBinaryContentAs(group.folder(whole).last().resolve("model.safetensors"));
  }

  @Test
  void a_model_folder_without_a_tokenizer_fails_with_a_result_that_says_so() throws Exception {
    Path empty = Files.createDirectory(temporary.resolve("model"));
    TrainingJob job = group.child("job", empty, Map.of("loss", "sft"));

    Process process = start(job);

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome(job).status()).isEqualTo(WorkOutcome.Status.FAILED);
    assertThat(outcome(job).reason()).contains(empty.toString());
  }

  @Test
  void a_model_of_the_hub_is_downloaded_and_stays_at_its_commit_for_the_next_attempt()
      throws Exception {
    TrainingJob base = group.job("base", Map.of("loss", "sft"));
    assertThat(run(base, Map.of()).exitValue()).as(log(base)).isEqualTo(ExitCode.DONE);
    String commit = "a".repeat(40);
    TrainingJob job = group.job("job", Map.of("loss", "dpo"), ModelSpec.named("group/model@main"));

    try (ModelHub hub = new ModelHub(group.folder(base).last(), commit)) {
      Map<String, String> environment =
          Map.of(
              "HF_ENDPOINT", hub.endpoint(), "HF_HUB_CACHE", temporary.resolve("hub").toString());
      assertThat(run(job, environment).exitValue()).as(log(job)).isEqualTo(ExitCode.DONE);
      hub.move("b".repeat(40));
      assertThat(run(job, environment).exitValue()).as(log(job)).isEqualTo(ExitCode.DONE);
    }

    assertThat(log(job))
        .contains("downloading group/model model.safetensors")
        .contains("group/model is commit " + commit)
        .contains("resumed from");
    assertThat(Json.EVENTS.readTree(group.folder(job).hubModel().toFile()).path("commit").asText())
        .isEqualTo(commit);
    assertThat(result(job).referenceUri()).contains("models--group--model/snapshots/" + commit);
  }

  @Test
  void a_model_that_the_hub_cannot_give_fails_the_job_with_what_to_do() throws Exception {
    TrainingJob job = group.job("job", Map.of("loss", "sft"), ModelSpec.named("group/model"));

    Process process =
        run(
            job,
            Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", temporary.resolve("hub").toString()));

    assertThat(process.exitValue()).isEqualTo(ExitCode.FAILED);
    assertThat(outcome(job).reason()).contains("group/model").contains("Unset HF_HUB_OFFLINE");
  }

  @Test
  void a_job_file_that_is_missing_or_wrong_is_a_usage_error() throws Exception {
    assertThat(execute("--job", temporary.resolve("none.json").toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(execute()).isEqualTo(ExitCode.USAGE);
    Path broken = Files.writeString(temporary.resolve("broken.json"), "{\"job_id\": \"x\",");
    assertThat(execute("--job", broken.toString())).isEqualTo(ExitCode.USAGE);
    Path unknown = Files.writeString(temporary.resolve("unknown.json"), "{\"job_name\": \"x\"}");
    assertThat(execute("--job", unknown.toUri().toString(), "--attempt", "2"))
        .isEqualTo(ExitCode.USAGE);
    WorkOutcome told =
        Json.EVENTS.readValue(temporary.resolve(WorkOutcome.FILE).toFile(), WorkOutcome.class);
    assertThat(told.attempt()).isEqualTo(2);
    assertThat(told.status()).isEqualTo(WorkOutcome.Status.FAILED);
    assertThat(told.reason()).contains("training, output_folder and dataset_uri");
  }

  private static int execute(String... args) {
    return new WorkerProcess<>(new TrainCommand(), System.out).execute(args);
  }

  private Process run(TrainingJob job, Map<String, String> environment) throws Exception {
    Process process = start(job, environment);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process;
  }

  private Process start(TrainingJob job) throws IOException {
    return start(job, Map.of());
  }

  private Process start(TrainingJob job, Map<String, String> environment) throws IOException {
    JobFolder folder = group.folder(job);
    Files.createDirectories(folder.root());
    Files.write(folder.job(), Json.EVENTS.writeValueAsBytes(job));
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                "--job",
                folder.job().toUri().toString()));
    builder.environment().put("GDPO_PARENT_WATCH", "stdin");
    builder.environment().putAll(environment);
    return builder
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.root().resolve("log").toFile()))
        .start();
  }

  private void awaitCheckpoint(TrainingJob job, long step) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              List<TrainingProgress> lines = group.progress(job);
              return lines.stream().anyMatch(line -> line.step() == step + 5);
            });
  }

  private String log(TrainingJob job) throws IOException {
    return Files.readString(group.folder(job).root().resolve("log"));
  }

  private TrainingResult result(TrainingJob job) throws IOException {
    return outcome(job).result(TrainingResult.class);
  }

  private WorkOutcome outcome(TrainingJob job) throws IOException {
    return Json.EVENTS.readValue(group.folder(job).outcome().toFile(), WorkOutcome.class);
  }
}
