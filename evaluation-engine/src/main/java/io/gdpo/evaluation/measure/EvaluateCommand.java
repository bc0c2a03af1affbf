package io.gdpo.evaluation.measure;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.EvaluationSummary;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.memory.ClaimedDevice;
import io.gdpo.lm.memory.GpuMemory;
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
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * The command {@code evaluate}: measures one checkpoint; its result is an {@link
 * EvaluationSummary}. Asked to stop it ends at the next batch; there is nothing to save, for what
 * it measures appears whole or not at all.
 */
public final class EvaluateCommand implements WorkerCommand<EvaluationTask> {
  /**
   * Where checkpoints are evaluated: {@code auto} (the first GPU if there is one), {@code cpu} or
   * {@code cuda:N}; one that is not there fails the evaluation with what is. Default: {@code auto}.
   */
  private static final String DEVICE = "GDPO_DEVICE";

  private final String device;
  private final long memory;
  private final Optional<MemoryShare> share;

  /** On this machine, beside others. */
  public EvaluateCommand() {
    this(
        System.getenv().getOrDefault(DEVICE, Devices.AUTO),
        MachineMemory.total(),
        Optional.of(MemoryShare.ofMachine()));
  }

  /** On a machine that has memory for all. */
  EvaluateCommand(String device) {
    this(device, Long.MAX_VALUE, Optional.empty());
  }

  /**
   * @param device {@code auto}, {@code cpu} or {@code cuda:N}
   * @param memory bytes that there are
   * @param share by which it is shared, if it is
   */
  EvaluateCommand(String device, long memory, Optional<MemoryShare> share) {
    this.device = device;
    this.memory = memory;
    this.share = share;
  }

  @Override
  public String verb() {
    return "evaluate";
  }

  @Override
  public Class<EvaluationTask> task() {
    return EvaluationTask.class;
  }

  /** For a batch. */
  @Override
  public Duration grace() {
    return Duration.ofSeconds(30);
  }

  @Override
  public EvaluationSummary run(
      EvaluationTask task, ArtifactStore folder, BooleanSupplier stopAsked, PrintStream console)
      throws IOException {
    Progress progress =
        new Progress(
            console,
            how -> {
              if (stopAsked.getAsBoolean()) {
                throw new CancellationException("stopped as asked, while measuring " + how.work());
              }
            },
            how -> tell(folder, how, console));
    ClaimedDevice claimed =
        ClaimedDevice.claim(
                device, "evaluation of " + task.checkpoint().id(), progress::say, stopAsked)
            .orElseThrow(() -> new CancellationException("stopped as asked, waiting for a GPU"));
    EvaluationResult result;
    try (claimed) {
      result =
          new CheckpointEvaluation(
                  folder,
                  progress,
                  claimed.device(),
                  (who, on, estimate) -> claim(who, on, estimate, progress, stopAsked))
              .measure(task.checkpoint(), task.evaluation());
    }
    progress.say(
        (result.questions().isEmpty() ? "means over pairs: " : "means over questions: ")
            + result.metrics());
    progress.say("peak " + MemoryEstimate.megabytes(ProcessMemory.peakResidentBytes()));
    return new EvaluationSummary(
        folder.write(EvaluationTask.RESULT_FILE, Json.EVENTS.writeValueAsBytes(result)).toString(),
        result.metrics(),
        result.seconds());
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return cause instanceof PreferenceDataException
        || cause instanceof InvalidSpecException
        || cause instanceof ArtifactMissingException
        || cause instanceof IllegalArgumentException;
  }

  /** For those who watch; measuring goes on without them. */
  private static void tell(ArtifactStore folder, EvaluationProgress progress, PrintStream console) {
    try {
      folder.write(EvaluationTask.PROGRESS_FILE, Json.EVENTS.writeValueAsBytes(progress));
    } catch (IOException | UncheckedIOException e) {
      console.println("Progress cannot be told: " + e.getMessage());
    }
  }

  /** Too little now is no refusal: another try may find the GPU free. */
  private static void requireFree(Device gpu, MemoryEstimate estimate, Progress progress) {
    progress.say("memory: about " + estimate);
    long free = GpuMemory.free(gpu);
    if (estimate.total() > GpuMemory.total(gpu)) {
      throw new IllegalArgumentException(
          "the evaluation needs about %s, but %s has only %s; take a larger GPU, or a smaller model"
              .formatted(
                  estimate, Devices.name(gpu), MemoryEstimate.megabytes(GpuMemory.total(gpu))));
    }
    if (estimate.total() > free) {
      throw new IllegalStateException(
          "%s has %s free, and the evaluation needs about %s: other programs hold the rest; it is tried again later"
              .formatted(Devices.name(gpu), MemoryEstimate.megabytes(free), estimate));
    }
  }

  /** What is claimed is given back when this process ends. */
  private void claim(
      String who,
      Device on,
      MemoryEstimate estimate,
      Progress progress,
      BooleanSupplier stopAsked) {
    if (on.isGpu()) {
      requireFree(on, estimate.onGpu(), progress);
      return;
    }
    progress.say("memory: about " + estimate);
    if (estimate.total() > memory) {
      throw new IllegalArgumentException(
          "the evaluation needs about %s, but there are only %s; take a machine with more memory, or a smaller model"
              .formatted(estimate, MemoryEstimate.megabytes(memory)));
    }
    if (share.isPresent()
        && share
            .get()
            .claim("evaluation of " + who, estimate.total(), progress::say, stopAsked)
            .isEmpty()) {
      throw new CancellationException("stopped as asked, waiting for memory");
    }
  }
}
