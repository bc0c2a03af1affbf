package io.gdpo.training.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.hub.HubException;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.memory.ProcessMemory;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.model.HubModel;
import io.gdpo.training.model.ModelSource;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The command {@code train --job URI}: runs one training job in this process and ends.
 *
 * <p>Exit codes are those of {@link ExitCode}: where it is done or failed, {@code result.json} says
 * how. Asked to stop (by its parent's end of standard input, or by SIGTERM) it saves a checkpoint
 * and leaves no result: started again, it goes on from there.
 */
public final class TrainCommand {
  private static final Duration GRACE = Duration.ofSeconds(60);

  private final PrintStream console;
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private TrainCommand(PrintStream console) {
    this.console = console;
  }

  /**
   * Runs the command, to its end.
   *
   * @param args after the word {@code train}
   * @return the exit code
   */
  public static int run(String[] args) {
    TrainCommand command = new TrainCommand(System.out);
    ParentWatch.start(command.stopAsked::countDown, GRACE);
    // libtorch crashes when the JVM tears down under a running step, so SIGTERM waits for its end.
    Thread onSignal = new Thread(command::stopAndAwaitEnd, "stop-on-signal");
    Runtime.getRuntime().addShutdownHook(onSignal);
    try {
      return command.train(args);
    } finally {
      command.ended.countDown();
    }
  }

  private void stopAndAwaitEnd() {
    stopAsked.countDown();
    try {
      if (!ended.await(GRACE.toSeconds(), TimeUnit.SECONDS)) {
        console.println("training did not end in " + GRACE.toSeconds() + " s after the signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private int train(String[] args) {
    if (args.length != 2 || !args[0].equals("--job")) {
      console.println("usage: train --job URI-OR-PATH-OF-JOB.JSON");
      return ExitCode.USAGE;
    }
    TrainingJob job;
    JobFolder folder;
    try {
      job = read(ArtifactUri.of(args[1]));
      folder = new JobFolder(outputFolder(job));
    } catch (TrainingFailedException | IllegalArgumentException | ArtifactMissingException e) {
      console.println(e.getMessage());
      return ExitCode.USAGE;
    }
    prepareEngine(job);
    return train(job, folder);
  }

  private static TrainingJob read(URI uri) {
    Path file = ModelSource.fetch(uri);
    try {
      TrainingJob job = Json.SPECS.readValue(file.toFile(), TrainingJob.class);
      if (job.training() == null || job.outputFolder() == null || job.datasetUri() == null) {
        throw new TrainingFailedException(
            file + " lacks one of training, output_folder and dataset_uri");
      }
      List<SpecProblem> problems = job.training().problems("training");
      if (!problems.isEmpty()) {
        throw new TrainingFailedException(
            problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
      }
      return job;
    } catch (JsonProcessingException e) {
      throw new TrainingFailedException(file + " is not a job: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new TrainingFailedException("could not read the job file " + file + ": " + e, e);
    }
  }

  private static Path outputFolder(TrainingJob job) {
    URI uri = ArtifactUri.of(job.outputFolder());
    if (!"file".equals(uri.getScheme())) {
      throw new TrainingFailedException(
          "output_folder must be a file: URI, because checkpoints are written in place; it is "
              + uri);
    }
    return Path.of(uri);
  }

  /** The engine reads these when its first class loads, so they are set before. */
  private static void prepareEngine(TrainingJob job) {
    if (job.threads() != null) {
      System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(job.threads()));
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
    }
    System.setProperty("ai.djl.offline", "true");
  }

  private int train(TrainingJob job, JobFolder folder) {
    try (FileChannel ownership = owned(folder)) {
      Files.deleteIfExists(folder.result());
      Optional<TrainingResult> result = result(job, folder);
      if (result.isEmpty()) {
        return ExitCode.STOPPED;
      }
      write(folder, result.get());
      console.printf(
          Locale.ROOT,
          "%s succeeded: best %s %s at step %d; %.0f s, %,.0f tokens/s, peak %d MB%n",
          job.jobId(),
          job.training().selectBy(),
          result.get().bestMetric(),
          result.get().bestStep(),
          result.get().seconds(),
          result.get().tokensPerSecond(),
          result.get().peakResidentBytes() >> 20);
      return ExitCode.DONE;
    } catch (TrainingFailedException
        | InvalidModelException
        | HubException
        | PreferenceDataException
        | ArtifactMissingException e) {
      return failed(job, folder, e.getMessage());
    } catch (OutOfMemoryError e) {
      return failed(job, folder, "Java ran out of memory before training began: " + e.getMessage());
    } catch (IOException | RuntimeException e) {
      // Whatever else goes wrong ends the job too; its trace is for those who mend the program.
      e.printStackTrace(console);
      return failed(job, folder, e.toString());
    }
  }

  /**
   * Waits until no other process works in the job's folder: the attempt before this one may still
   * be saving its checkpoint after its service was killed. Given back when closed, or when this
   * process ends, however it ends.
   */
  private static FileChannel owned(JobFolder folder) throws IOException {
    Files.createDirectories(folder.root());
    FileChannel file =
        FileChannel.open(folder.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    file.lock();
    return file;
  }

  private Optional<TrainingResult> result(TrainingJob job, JobFolder folder) throws IOException {
    try {
      return new TrainingRun(
              new HubModel(folder, console, () -> stopAsked.getCount() == 0).pinned(job),
              folder,
              console,
              () -> stopAsked.getCount() == 0,
              AvailableMemory.ofMachine())
          .run();
    } catch (CancellationException e) {
      console.println(e.getMessage() + "; the next attempt goes on from there");
      return Optional.empty();
    }
  }

  private int failed(TrainingJob job, JobFolder folder, String reason) {
    console.println(job.jobId() + " failed: " + reason);
    try {
      write(folder, TrainingResult.failed(reason, ProcessMemory.peakResidentBytes()));
    } catch (IOException e) {
      console.println("could not write " + folder.result() + " either: " + e);
    }
    return ExitCode.FAILED;
  }

  private static void write(JobFolder folder, TrainingResult result) throws IOException {
    AtomicFiles.replace(
        folder.result(),
        temporary ->
            Files.write(
                temporary, Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(result)));
  }
}
