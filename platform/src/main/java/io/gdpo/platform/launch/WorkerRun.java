package io.gdpo.platform.launch;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Has a worker do one short task and waits for its end. What it is told lies as {@code job.json}
 * under a key of the artifact store; its log and what it leaves lie beside that.
 */
@ApplicationScoped
public class WorkerRun {
  private static final String TASK_FILE = "job.json";
  private static final int LARGEST_ANSWER = 1 << 20;
  private static final long LOOK_MILLIS = 50;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;

  WorkerRun(JobLauncher launcher, ArtifactStore artifacts) {
    this.launcher = launcher;
    this.artifacts = artifacts;
  }

  /**
   * How a worker ended.
   *
   * @param answer what it left; empty if it left nothing
   * @param status of its process
   * @param log where its output went
   */
  public record Ended(Optional<byte[]> answer, JobStatus status, Path log) {}

  /**
   * Runs a worker, to its end.
   *
   * @param verb what it does, such as {@code build}
   * @param key of the folder in the artifact store
   * @param task what it is told
   * @param answerFile what it leaves in the folder
   * @throws java.io.UncheckedIOException if the folder cannot be used, or what was left is no file
   *     of at most a MiB
   */
  public Ended of(String verb, String key, Object task, String answerFile)
      throws InterruptedException {
    URI job = artifacts.write(key + "/" + TASK_FILE, json(task));
    artifacts.delete(key + "/" + answerFile);
    Path log = artifacts.fetch(job).resolveSibling(verb + ".log");
    String name = verb + "-" + UUID.randomUUID();
    launcher.launch(new LaunchRequest(name, List.of(verb, "--job", job.toString()), log, 1));
    while (launcher.status(name) instanceof JobStatus.Running) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    URI answer = artifacts.uri(key + "/" + answerFile);
    return new Ended(
        artifacts.exists(answer)
            ? Optional.of(artifacts.read(answer, LARGEST_ANSWER))
            : Optional.empty(),
        launcher.status(name),
        log);
  }

  private static byte[] json(Object task) {
    try {
      return Json.EVENTS.writeValueAsBytes(task);
    } catch (IOException e) {
      throw new IllegalStateException("No JSON can be written of " + task, e);
    }
  }
}
