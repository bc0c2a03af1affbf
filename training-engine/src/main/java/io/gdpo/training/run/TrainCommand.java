package io.gdpo.training.run;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.hub.HubException;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.model.HubModel;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The command {@code train}: one attempt at a training job; its result is a {@link TrainingResult}.
 * Asked to stop it saves a checkpoint: the next attempt goes on from there.
 */
public final class TrainCommand implements WorkerCommand<TrainingJob> {
  private final Consumer<TrainingProgress> listener;

  public TrainCommand() {
    this(line -> {});
  }

  /**
   * @param listener hears each line of progress, beside the job's folder; it does not wait and
   *     throws nothing
   */
  public TrainCommand(Consumer<TrainingProgress> listener) {
    this.listener = listener;
  }

  @Override
  public String verb() {
    return "train";
  }

  @Override
  public Class<TrainingJob> task() {
    return TrainingJob.class;
  }

  /** For a step and a checkpoint. */
  @Override
  public Duration grace() {
    return Duration.ofSeconds(60);
  }

  @Override
  public void check(TrainingJob job) {
    if (job.training() == null || job.outputFolder() == null || job.datasetUri() == null) {
      throw new IllegalArgumentException("it lacks one of training, output_folder and dataset_uri");
    }
    List<SpecProblem> problems = job.training().problems("training");
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
    }
    Artifacts.at(ArtifactUri.of(job.outputFolder()));
  }

  @Override
  public TrainingResult run(
      TrainingJob job, ArtifactStore beside, BooleanSupplier stopAsked, PrintStream console)
      throws IOException {
    prepareEngine(job);
    try (JobWorkspace workspace = JobWorkspace.open(ArtifactUri.of(job.outputFolder()))) {
      JobFolder folder = new JobFolder(workspace.root());
      TrainingResult result =
          new TrainingRun(
                  new HubModel(folder, console, stopAsked).pinned(job),
                  workspace,
                  console,
                  stopAsked,
                  AvailableMemory.ofMachine())
              .heardBy(listener)
              .run()
              .orElseThrow(() -> new CancellationException("stopped as asked"));
      console.printf(
          Locale.ROOT,
          "%s succeeded: best %s %s at step %d; %.0f s, %,.0f tokens/s, peak %d MB%n",
          job.jobId(),
          job.training().selectBy(),
          result.bestMetric(),
          result.bestStep(),
          result.seconds(),
          result.tokensPerSecond(),
          result.peakResidentBytes() >> 20);
      return result;
    }
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return cause instanceof TrainingFailedException
        || cause instanceof InvalidModelException
        || cause instanceof HubException
        || cause instanceof PreferenceDataException
        || cause instanceof ArtifactMissingException
        || cause instanceof OutOfMemoryError;
  }

  /** The engine reads these when its first class loads, so they are set before. */
  private static void prepareEngine(TrainingJob job) {
    if (job.threads() != null) {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(job.threads()));
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }
    System.setProperty("ai.djl.offline", "true");
  }
}
