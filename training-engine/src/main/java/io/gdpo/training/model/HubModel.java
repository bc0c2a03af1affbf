package io.gdpo.training.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.hub.DownloadListener;
import io.gdpo.hub.DownloadLog;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubRepository;
import io.gdpo.hub.HubSettings;
import io.gdpo.hub.HubSnapshot;
import io.gdpo.training.TrainingFailedException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * A job's model from the Hub: downloaded when its first process starts, and of the same commit for
 * all its attempts, wherever the branch has gone since. The commit is kept in {@code
 * hub-model.json} of the job's folder.
 */
public final class HubModel {
  private final JobFolder folder;
  private final PrintStream console;
  private final BooleanSupplier stopAsked;

  /**
   * @param console where lines of progress go
   * @param stopAsked asked while the model is downloaded
   */
  public HubModel(JobFolder folder, PrintStream console, BooleanSupplier stopAsked) {
    this.folder = folder;
    this.console = console;
    this.stopAsked = stopAsked;
  }

  /**
   * The job with its model downloaded and pinned to a commit; the same job if its model is from
   * elsewhere.
   *
   * @throws CancellationException if it was asked to stop; the download can be resumed
   * @throws io.gdpo.hub.HubException if the model cannot be had
   */
  public TrainingJob pinned(TrainingJob job) throws IOException {
    if (job.model() == null || job.model().hub() == null) {
      return job;
    }
    HubRepository asked = name(job.model().hub());
    HubRepository wanted = recordedCommit(asked).map(asked::at).orElse(asked);
    HubSnapshot snapshot = new HubClient(settings()).snapshot(wanted, listener());
    record(asked, snapshot.commit());
    console.println(asked + " is commit " + snapshot.commit() + " in " + snapshot.folder());
    return job.withModel(
        new ModelSpec(
            asked.at(snapshot.commit()).toString(),
            null,
            null,
            job.model().bos(),
            job.model().template()));
  }

  private Optional<String> recordedCommit(HubRepository asked) throws IOException {
    if (!Files.exists(folder.hubModel())) {
      return Optional.empty();
    }
    JsonNode recorded = Json.EVENTS.readTree(folder.hubModel().toFile());
    return recorded.path("model").asText().equals(asked.toString())
        ? Optional.of(recorded.path("commit").asText())
        : Optional.empty();
  }

  private void record(HubRepository asked, String commit) throws IOException {
    AtomicFiles.write(
        folder.hubModel(),
        Json.EVENTS.writeValueAsBytes(Map.of("model", asked.toString(), "commit", commit)));
  }

  private DownloadListener listener() {
    DownloadLog log = new DownloadLog(console::println);
    return new DownloadListener() {
      @Override
      public void transferred(String file, long done, long total) {
        log.transferred(file, done, total);
      }

      @Override
      public void said(String line) {
        log.said(line);
      }

      @Override
      public void checkStop() {
        if (stopAsked.getAsBoolean()) {
          throw new CancellationException("asked to stop while the model was downloaded");
        }
      }
    };
  }

  /** The Hub's settings in this process's environment. */
  static HubSettings settings() {
    try {
      return HubSettings.of(System.getenv());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(e.getMessage(), e);
    }
  }

  public static HubRepository name(String text) {
    try {
      return HubRepository.model(text);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException("model.hub: " + e.getMessage(), e);
    }
  }
}
