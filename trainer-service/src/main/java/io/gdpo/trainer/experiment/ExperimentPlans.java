package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.JobStatus;
import io.gdpo.platform.launch.LaunchRequest;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Has a worker look at an experiment before anything costly is done for it. Equal specifications
 * asked for at once are looked at once; few are at one time.
 */
@ApplicationScoped
class ExperimentPlans {
  private static final Logger LOG = Logger.getLogger(ExperimentPlans.class);
  private static final ExperimentPlan UNKNOWN = new ExperimentPlan(List.of(), null);
  private static final int AT_ONCE = 2;
  private static final int LARGEST_PLAN = 1 << 20;
  private static final long LOOK_MILLIS = 50;

  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final Map<String, CompletableFuture<ExperimentPlan>> running = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          AT_ONCE,
          task -> {
            Thread thread = new Thread(task, "experiment-plan");
            thread.setDaemon(true);
            return thread;
          });

  ExperimentPlans(JobLauncher launcher, ArtifactStore artifacts) {
    this.launcher = launcher;
    this.artifacts = artifacts;
  }

  /**
   * The plan of an experiment; never completed by an exception. One that could not be made tells of
   * no problem: the experiment's jobs will meet it.
   */
  CompletableFuture<ExperimentPlan> of(ExperimentSpec spec) {
    byte[] task = json(spec);
    String digest =
        Digests.ofTexts(List.of(new String(task, java.nio.charset.StandardCharsets.UTF_8)));
    CompletableFuture<ExperimentPlan> asked = new CompletableFuture<>();
    CompletableFuture<ExperimentPlan> before = running.putIfAbsent(digest, asked);
    if (before != null) {
      return before;
    }
    threads.execute(
        () -> {
          ExperimentPlan plan = UNKNOWN;
          try {
            plan = made(spec.name(), "plans/" + digest, task);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          } catch (IOException | RuntimeException e) {
            LOG.warnf("The model of '%s' could not be looked at: %s", spec.name(), Reason.of(e));
          } finally {
            running.remove(digest);
            asked.complete(plan);
          }
        });
    return asked;
  }

  private ExperimentPlan made(String experiment, String key, byte[] task)
      throws IOException, InterruptedException {
    URI job = artifacts.write(key + "/" + ExperimentPlan.TASK_FILE, task);
    artifacts.delete(key + "/" + ExperimentPlan.PLAN_FILE);
    String name = "plan-" + UUID.randomUUID();
    launcher.launch(
        new LaunchRequest(
            name,
            List.of("plan", "--job", job.toString()),
            artifacts.fetch(job).resolveSibling("plan.log"),
            1));
    while (launcher.status(name) instanceof JobStatus.Running) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    URI plan = artifacts.uri(key + "/" + ExperimentPlan.PLAN_FILE);
    if (!artifacts.exists(plan)) {
      LOG.warnf(
          "The model of '%s' could not be looked at (%s); see plan.log in %s",
          experiment, launcher.status(name), artifacts.uri(key));
      return UNKNOWN;
    }
    try {
      return Json.EVENTS.readValue(artifacts.read(plan, LARGEST_PLAN), ExperimentPlan.class);
    } finally {
      artifacts.delete(key);
    }
  }

  private static byte[] json(ExperimentSpec spec) {
    try {
      return Json.EVENTS.writeValueAsBytes(spec);
    } catch (IOException e) {
      throw new UncheckedIOException("No JSON can be written of " + spec.name(), e);
    }
  }

  @PreDestroy
  void stop() {
    threads.shutdownNow();
  }
}
