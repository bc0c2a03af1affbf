package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.platform.launch.WorkerRun;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
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

  private final WorkerRun worker;
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

  ExperimentPlans(WorkerRun worker, ArtifactStore artifacts) {
    this.worker = worker;
    this.artifacts = artifacts;
  }

  /**
   * The plan of an experiment; never completed by an exception. One that could not be made tells of
   * no problem: the experiment's jobs will meet it.
   */
  CompletableFuture<ExperimentPlan> of(ExperimentSpec spec) {
    String digest = Digests.ofTexts(List.of(Json.EVENTS.valueToTree(spec).toString()));
    CompletableFuture<ExperimentPlan> asked = new CompletableFuture<>();
    CompletableFuture<ExperimentPlan> before = running.putIfAbsent(digest, asked);
    if (before != null) {
      return before;
    }
    threads.execute(
        () -> {
          ExperimentPlan plan = UNKNOWN;
          try {
            plan = made(spec, digest);
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

  private ExperimentPlan made(ExperimentSpec spec, String digest)
      throws IOException, InterruptedException {
    String key = "plans/" + digest;
    WorkerRun.Ended ended = worker.of("plan", key, spec, ExperimentPlan.PLAN_FILE);
    if (ended.answer().isEmpty()) {
      LOG.warnf(
          "The model of '%s' could not be looked at (%s); see %s",
          spec.name(), ended.status(), ended.log());
      return UNKNOWN;
    }
    artifacts.delete(key);
    return Json.EVENTS.readValue(ended.answer().get(), ExperimentPlan.class);
  }

  @PreDestroy
  void stop() {
    threads.shutdownNow();
  }
}
