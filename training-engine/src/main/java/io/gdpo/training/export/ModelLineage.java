package io.gdpo.training.export;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.hub.DownloadLog;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubException;
import io.gdpo.hub.HubRepository;
import io.gdpo.hub.HubSettings;
import io.gdpo.lm.export.AdapterChain;
import io.gdpo.lm.folder.AdapterFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What models in jobs' folders were made from, as the jobs' files tell it. A job with low-rank
 * updates on a parent with low-rank updates keeps a merged copy of its parent; this looks through
 * it.
 */
final class ModelLineage implements AdapterChain.Lineage {

  @Override
  public Optional<Path> mergedFrom(Path base) throws IOException {
    Optional<Path> start = JobFolder.isReference(base) ? start(base) : Optional.empty();
    return start.isPresent() && AdapterFolder.baseOf(start.get()).isPresent()
        ? start
        : Optional.empty();
  }

  /**
   * The model that the first of the jobs behind a model started from: the published one.
   *
   * @return empty if it is not in a job's folder, or the first job's model was a fresh one or is
   *     gone
   */
  Optional<Path> origin(Path model) throws IOException {
    Path at = model;
    Optional<Path> before = before(at);
    while (before.isPresent()) {
      at = before.get();
      before = before(at);
    }
    return at.equals(model) ? Optional.empty() : Optional.of(at);
  }

  private Optional<Path> before(Path model) throws IOException {
    Optional<Path> base = AdapterFolder.baseOf(model);
    if (base.isPresent()) {
      return Optional.of(mergedFrom(base.get()).orElse(base.get()));
    }
    return start(model);
  }

  /** The folder that a job's merged copy was made from, if the job names one that is gone. */
  Optional<Path> lostParent(Path base) throws IOException {
    return JobFolder.isReference(base)
        ? job(base)
            .flatMap(TrainingJob::startFolder)
            .map(start -> moved(start, folder(base)))
            .filter(start -> !Files.isDirectory(start))
        : Optional.empty();
  }

  /** What the job in whose folder a model lies started from. */
  private static Optional<Path> start(Path model) throws IOException {
    Optional<TrainingJob> job = job(model);
    if (job.isPresent() && job.get().model() != null && job.get().model().hub() != null) {
      return cached(job.get().model().hub(), folder(model));
    }
    return job.flatMap(TrainingJob::startFolder)
        .map(start -> moved(start, folder(model)))
        .filter(Files::isDirectory);
  }

  private static Optional<TrainingJob> job(Path model) throws IOException {
    Path file = folder(model).job();
    return Files.isRegularFile(file)
        ? Optional.of(Json.EVENTS.readValue(file.toFile(), TrainingJob.class))
        : Optional.empty();
  }

  private static JobFolder folder(Path model) {
    return new JobFolder(model.toAbsolutePath().normalize().getParent());
  }

  /** The commit of the Hub's model that the job had, if the cache still holds it. */
  private static Optional<Path> cached(String hub, JobFolder folder) throws IOException {
    if (!Files.isRegularFile(folder.hubModel())) {
      return Optional.empty();
    }
    String commit = Json.EVENTS.readTree(folder.hubModel().toFile()).path("commit").asText();
    Map<String, String> offline = new HashMap<>(System.getenv());
    offline.put("HF_HUB_OFFLINE", "1");
    try {
      return Optional.of(
          new HubClient(HubSettings.of(offline))
              .snapshot(HubRepository.model(hub).at(commit), new DownloadLog(line -> {}))
              .folder());
    } catch (HubException | IllegalArgumentException notThere) {
      return Optional.empty(); // asked for its number formats only
    }
  }

  /** A parent's folder that is not where it was is looked for beside this job's. */
  private static Path moved(Path start, JobFolder folder) {
    Path parentJob = start.getParent();
    return Files.isDirectory(start) || parentJob == null || parentJob.getFileName() == null
        ? start
        : folder.root().resolveSibling(parentJob.getFileName()).resolve(start.getFileName());
  }
}
