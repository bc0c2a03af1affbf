package io.gdpo.trainer.support;

import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.artifacts.process.PieceWriter;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.ExperimentPlan.StageMemory;
import io.gdpo.contracts.job.ExperimentPlan.StagePlan;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.state.Phase;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * Stands in for training, and for training only: a real process with real files that does what its
 * stage's name says, so that the control plane can be seen to follow, restart and stop processes.
 */
public final class ScriptedTraining {
  /** What is planned for a stage of the name {@code sft}. */
  public static final long PLANNED_BYTES = 4_567_890_123L;

  private static final int CRASH = 41;

  private ScriptedTraining() {}

  public static void main(String[] args) throws Exception {
    int attempt = Integer.parseInt(args[4]);
    if (args[0].equals("plan")) {
      plan(Path.of(URI.create(args[2])), attempt);
      return;
    }
    TrainingJob job =
        Json.EVENTS.readValue(Path.of(URI.create(args[2])).toFile(), TrainingJob.class);
    JobFolder folder = new JobFolder(Path.of(URI.create(job.outputFolder())));
    CountDownLatch stop = new CountDownLatch(1);
    ParentWatch.start(stop::countDown, Duration.ofSeconds(1));
    Files.writeString(folder.root().resolve("pid"), Long.toString(ProcessHandle.current().pid()));
    System.out.println("attempt " + job.attempt() + " of " + job.stage());
    switch (job.stage()) {
      case "crash-always" -> crash();
      case "crash-once" -> {
        if (job.attempt() == 1) {
          crash();
        }
        succeed(job, folder);
      }
      case "slow" -> {
        progress(folder, 5);
        stop.await();
        end(folder, WorkOutcome.of(attempt, WorkOutcome.Status.STOPPED, null));
      }
      case "out-of-memory" -> {
        System.out.println(TrainingResult.ESTIMATE + "9,876 MB on the way back of a training step");
        Runtime.getRuntime().exec("kill -9 " + ProcessHandle.current().pid());
        stop.await();
      }
      case "hostile" ->
          Files.writeString(
              folder.outcome(),
              "{\"attempt\": %d, \"status\": \"FAILED\", \"reason\": \"no \\u0000 file \\u001b[31m \\ud800 %s\"}"
                  .formatted(attempt, "x".repeat(900_000)));
      case "garbage" -> Files.writeString(folder.outcome(), "{\"status\": \"SUCC");
      case "huge" -> Files.writeString(folder.outcome(), "[" + " ".repeat(2_000_000) + "]");
      case "silent" ->
          Files.writeString(
              folder.outcome(), "{\"attempt\": %d, \"status\": \"SUCCEEDED\"}".formatted(attempt));
      case "full-heap" -> Runtime.getRuntime().halt(3);
      case "diverging" ->
          end(folder, WorkOutcome.of(attempt, WorkOutcome.Status.FAILED, "loss is NaN"));
      default -> succeed(job, folder);
    }
  }

  /** Only what another model than the usual one brings about is asked of the real worker. */
  private static void plan(Path experiment, int attempt) throws Exception {
    ExperimentSpec spec = Json.EVENTS.readValue(experiment.toFile(), PlanTask.class).spec();
    if (spec.model().init() != null && spec.model().init().tokenizer().equals(Service.TOKENIZER)) {
      ExperimentPlan plan =
          new ExperimentPlan(
              List.of(),
              null,
              null,
              List.of(
                  new StagePlan(
                      "sft",
                      2,
                      128,
                      64,
                      null,
                      null,
                      new StageMemory(PLANNED_BYTES, "in evaluation", Map.of(), false),
                      null)),
              sha256(spec.dataset()),
              null);
      Files.write(
          experiment.resolveSibling(WorkOutcome.FILE),
          Json.EVENTS.writeValueAsBytes(WorkOutcome.succeeded(attempt, plan)));
      return;
    }
    String classPath = Files.readString(Path.of("../worker/target/class-path"));
    Process worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                "../worker/target/classes:" + classPath,
                "io.gdpo.worker.Worker",
                "plan",
                "--job",
                experiment.toString(),
                "--attempt",
                Integer.toString(attempt))
            .inheritIO()
            .start();
    System.exit(worker.waitFor());
  }

  private static String sha256(DatasetSpec dataset) {
    return dataset.examples() != null && Files.exists(Path.of(URI.create(dataset.examples())))
        ? Sources.sha256(Path.of(URI.create(dataset.examples())))
        : null;
  }

  private static void crash() {
    System.out.println("about to crash");
    Runtime.getRuntime().halt(CRASH);
  }

  private static void succeed(TrainingJob job, JobFolder folder) throws IOException {
    progress(folder, 10);
    Files.createDirectories(folder.best());
    Files.writeString(
        folder.best().resolve("config.json"), "{\"trained\": \"" + job.stage() + "\"}");
    end(
        folder,
        WorkOutcome.succeeded(
            job.attempt(),
            new TrainingResult(
                10,
                320,
                false,
                8L,
                0.5,
                Map.of("loss", 0.5),
                uri(folder.best()),
                uri(folder.last()),
                null,
                128,
                64,
                0.1,
                1000,
                1,
                1)));
  }

  /** As a worker tells of a folder. */
  private static String uri(Path folder) {
    return folder.toUri().toString().replaceFirst("/$", "");
  }

  private static void progress(JobFolder folder, long step) throws IOException {
    TrainingProgress line =
        new TrainingProgress(Phase.TRAIN, step, 10, 32 * step, 0.5, Map.of("loss", 0.5), 1000, 1);
    try (PieceWriter pieces =
        new PieceWriter(Artifacts.at(folder.root().toUri()), JobFolder.PROGRESS)) {
      pieces.add(Json.EVENTS.writeValueAsString(line));
    }
  }

  private static void end(JobFolder folder, WorkOutcome outcome) throws IOException {
    Path torn = folder.root().resolve("outcome.json.tmp");
    Files.write(torn, Json.EVENTS.writeValueAsBytes(outcome));
    Files.move(torn, folder.outcome(), StandardCopyOption.ATOMIC_MOVE);
  }
}
