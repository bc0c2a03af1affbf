package io.gdpo.trainer.job;

import io.gdpo.trainer.launch.Observation;
import io.gdpo.trainer.launch.TrainingLauncher;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Brings what the database says about jobs and what the machine does into agreement: lists,
 * compares, acts, again and again (level-triggered), so that a lost message or a killed service
 * only delays it.
 *
 * <p>Owns one thread, from the service's start to the beginning of its shutdown; training processes
 * that end with the service are therefore never taken for failures.
 */
@ApplicationScoped
public class JobReconciler {
  private static final Logger LOG = Logger.getLogger(JobReconciler.class);

  private final Jobs jobs;
  private final TrainingLauncher launcher;
  private final JobSettings settings;
  private final Semaphore calls = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "job-reconciler");

  /** Jobs whose current process was asked to stop; used by the one thread only. */
  private final Set<String> asked = new HashSet<>();

  /** So that an outage is told once; used by the one thread only. */
  private boolean lastPassWasWell = true;

  private volatile boolean stopping;
  private volatile Instant lastPass = Instant.EPOCH;

  JobReconciler(Jobs jobs, TrainingLauncher launcher, JobSettings settings) {
    this.jobs = jobs;
    this.launcher = launcher;
    this.settings = settings;
  }

  void start(@Observes StartupEvent starting) {
    launcher.onExit(calls::release);
    thread.start();
  }

  void stop(@Observes ShutdownEvent ending) throws InterruptedException {
    stopping = true;
    calls.release();
    thread.join(TimeUnit.SECONDS.toMillis(10));
  }

  void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) JobsChanged changed) {
    calls.release();
  }

  /** Time since everything was last found to agree, or was made to. */
  Duration sinceLastPass() {
    return Duration.between(lastPass, Instant.now());
  }

  private void run() {
    while (!stopping) {
      try {
        lastPassWasWell = pass();
        if (lastPassWasWell) {
          lastPass = Instant.now();
        }
        if (calls.tryAcquire(settings.reconcileEvery().toMillis(), TimeUnit.MILLISECONDS)) {
          calls.drainPermits();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** One look at everything; says whether nothing went wrong with it. */
  private boolean pass() {
    try {
      boolean well = true;
      for (Jobs.Standing job : jobs.in(JobStatus.RUNNING)) {
        well &= attempt(job, () -> follow(job));
      }
      int free = settings.maxParallel() - jobs.in(JobStatus.RUNNING).size();
      List<Jobs.Standing> queued = jobs.in(JobStatus.QUEUED);
      for (Jobs.Standing job : queued.subList(0, Math.min(Math.max(free, 0), queued.size()))) {
        well &= attempt(job, () -> launch(job));
      }
      return well;
    } catch (RuntimeException e) {
      if (lastPassWasWell) {
        LOG.error("Cannot list jobs; will keep trying", e);
      } else {
        LOG.debug("Still cannot list jobs", e);
      }
      return false;
    }
  }

  /** Keeps trouble with one job from holding up the others; the next pass tries again. */
  private boolean attempt(Jobs.Standing job, Runnable action) {
    if (stopping) {
      return true;
    }
    MDC.put("experiment", job.experiment());
    MDC.put("job", job.id());
    try {
      action.run();
      return true;
    } catch (RuntimeException e) {
      LOG.error("Cannot reconcile job; will try again", e);
      return false;
    } finally {
      MDC.remove("job");
      MDC.remove("experiment");
    }
  }

  private void follow(Jobs.Standing job) {
    Observation seen = launcher.observe(job.id(), job.attempts());
    if (stopping) {
      return;
    }
    if (!(seen instanceof Observation.Running)) {
      asked.remove(job.id());
    }
    if (seen instanceof Observation.Running) {
      if (job.cancelRequested() && asked.add(job.id())) {
        LOG.infof("Stopping attempt %d on request", job.attempts());
        launcher.cancel(job.id(), job.attempts());
      }
    } else if (seen instanceof Observation.Ended ended) {
      LOG.infof(
          "Attempt %d ended: %s after %d steps",
          job.attempts(), ended.result().status(), ended.result().step());
      jobs.finished(job.id(), ended.result());
    } else if (seen instanceof Observation.Died died) {
      LOG.logf(
          job.cancelRequested() ? Logger.Level.INFO : Logger.Level.WARN,
          "Attempt %d died: %s",
          job.attempts(),
          died.reason());
      jobs.died(job.id(), died.reason());
    } else {
      LOG.infof("Attempt %d is gone", job.attempts());
      jobs.gone(job.id());
    }
  }

  private void launch(Jobs.Standing queued) {
    jobs.start(queued.id())
        .ifPresent(
            job -> {
              LOG.infof(
                  "Starting attempt %d of stage '%s' with %d threads",
                  job.attempt(), job.stage(), job.threads());
              try {
                launcher.launch(job);
              } catch (RuntimeException e) {
                LOG.error("The training process could not be started", e);
                jobs.died(job.jobId(), "(could not be started: " + e + ")");
              }
            });
  }
}
