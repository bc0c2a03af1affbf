package io.gdpo.evaluation.measure;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.JobFile;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.EvaluationFailure;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.memory.MachineMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryShare;
import io.gdpo.lm.memory.ProcessMemory;
import io.gdpo.lm.model.Devices;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;

/**
 * The {@code evaluate} command: measures one checkpoint as {@code request.json} says, stores the
 * result beside it, and exits. Ends at once when its parent does; there is nothing to save, for the
 * result appears whole or not at all.
 */
public final class EvaluateCommand {
  /**
   * Environment variable that says where to compute: {@code auto}, {@code cpu} or {@code cuda:N}.
   */
  private static final String DEVICE = "GDPO_DEVICE";

  private final PrintStream out;
  private final PrintStream err;
  private final String device;
  private final long memory;
  private final Optional<MemoryShare> share;

  /** On a machine that has memory for all. */
  EvaluateCommand(PrintStream out, PrintStream err, String device) {
    this(out, err, device, Long.MAX_VALUE, Optional.empty());
  }

  /**
   * @param device {@code auto}, {@code cpu} or {@code cuda:N}
   * @param memory bytes that there are
   * @param share by which it is shared, if it is
   */
  EvaluateCommand(
      PrintStream out, PrintStream err, String device, long memory, Optional<MemoryShare> share) {
    this.out = out;
    this.err = err;
    this.device = device;
    this.memory = memory;
    this.share = share;
  }

  /** Runs {@code evaluate --job URI} and returns the exit code. */
  public static int run(String... args) {
    ParentWatch.start(() -> {}, Duration.ZERO);
    String device = System.getenv().getOrDefault(DEVICE, Devices.AUTO);
    return new EvaluateCommand(
            System.out,
            System.err,
            device,
            MachineMemory.total(),
            Optional.of(MemoryShare.ofMachine()))
        .execute(args);
  }

  int execute(String... args) {
    return JobFile.read("evaluate", err, EvaluationTask.class, args)
        .map(this::measure)
        .orElse(ExitCode.USAGE);
  }

  /** For those who watch; measuring goes on without them. */
  private void tell(ArtifactStore folder, EvaluationProgress progress) {
    try {
      folder.write(EvaluationTask.PROGRESS_FILE, Json.EVENTS.writeValueAsBytes(progress));
    } catch (IOException | UncheckedIOException e) {
      err.println("Progress cannot be told: " + e.getMessage());
    }
  }

  private int measure(JobFile<EvaluationTask> job) {
    EvaluationTask task = job.task();
    ArtifactStore folder = job.folder();
    Progress progress = new Progress(out, how -> tell(folder, how));
    try {
      EvaluationResult result =
          new CheckpointEvaluation(
                  folder,
                  progress,
                  Devices.choose(device),
                  (who, on, estimate) -> claim(who, on, estimate, progress))
              .measure(task.checkpoint(), task.evaluation());
      job.leave(EvaluationTask.RESULT_FILE, result);
      progress.say("means over questions: " + result.metrics());
      progress.say("peak " + MemoryEstimate.megabytes(ProcessMemory.peakResidentBytes()));
      return ExitCode.DONE;
    } catch (PreferenceDataException
        | InvalidSpecException
        | ArtifactMissingException
        | IllegalArgumentException e) {
      e.printStackTrace(err);
      job.leave(EvaluationTask.FAILURE_FILE, new EvaluationFailure(Reason.of(e)));
      return ExitCode.FAILED;
    } catch (IOException | RuntimeException e) {
      e.printStackTrace(err);
      return ExitCode.BROKEN;
    }
  }

  /** What is claimed is given back when this process ends. A GPU's memory is not shared out. */
  private void claim(String who, Device on, MemoryEstimate estimate, Progress progress) {
    progress.say("memory: about " + estimate);
    if (on.isGpu()) {
      return;
    }
    if (estimate.total() > memory) {
      throw new IllegalArgumentException(
          "the evaluation needs about %s, but there are only %s; take a machine with more memory, or a smaller model"
              .formatted(estimate, MemoryEstimate.megabytes(memory)));
    }
    share.ifPresent(
        all -> all.claim("evaluation of " + who, estimate.total(), progress::say, () -> false));
  }
}
