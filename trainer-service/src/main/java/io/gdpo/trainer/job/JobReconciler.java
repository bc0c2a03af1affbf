package io.gdpo.trainer.job;

import io.gdpo.contracts.Reason;
import io.gdpo.platform.event.Failure;
import io.gdpo.platform.reconcile.Troubles;
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
import java.util.stream.Collectors;
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

  /** Used by the one thread only. */
  private final ProgressNews news = new ProgressNews();

  private final Troubles troubles = new Troubles(LOG, "job");

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

  /** One look at everything; says whether everything could be looked at. */
  private boolean pass() {
    try {
      List<Jobs.Standing> running = jobs.in(JobStatus.RUNNING);
      news.keepOnly(running.stream().map(Jobs.Standing::id).collect(Collectors.toSet()));
      for (Jobs.Standing job : running) {
        attempt(job, () -> follow(job));
      }
      int free = settings.maxParallel() - jobs.in(JobStatus.RUNNING).size();
      jobs.in(JobStatus.QUEUED).stream()
          .filter(job -> troubles.isDue(job.id()))
          .limit(Math.max(free, 0))
          .forEach(job -> attempt(job, () -> launch(job)));
      if (!lastPassWasWell) {
        LOG.info("Jobs are looked after again");
      }
      return true;
    } catch (RuntimeException | Error e) {
      if (lastPassWasWell) {
        LOG.error("Cannot look after jobs; will keep trying", e);
      } else {
        LOG.debug("Still cannot look after jobs", e);
      }
      return false;
    }
  }

  /**
   * Keeps trouble with one job from holding up the others: it is tried again, less and less often,
   * and given up in the end. While the database is away nothing is any job's fault.
   */
  private void attempt(Jobs.Standing job, Runnable action) {
    if (stopping || !troubles.isDue(job.id())) {
      return;
    }
    MDC.put("experiment", job.experiment());
    MDC.put("job", job.id());
    try {
      action.run();
    } catch (RuntimeException | Error e) {
      if (Failure.ofOwnDatabase(e) == Failure.OUTAGE) {
        throw e;
      }
      if (troubles.met(job.id(), e)) {
        giveUp(job, e);
      }
    } finally {
      MDC.remove("job");
      MDC.remove("experiment");
    }
  }

  /** Its slot is for the next job, whatever state its process and its experiment are in. */
  private void giveUp(Jobs.Standing job, Throwable trouble) {
    String reason =
        "the service could not carry the job on, tried "
            + Troubles.PATIENCE
            + " times: "
            + Reason.of(trouble);
    try {
      launcher.cancel(job.id(), job.attempts());
      jobs.giveUp(job.id(), reason);
    } catch (RuntimeException | Error e) {
      if (Failure.ofOwnDatabase(e) == Failure.OUTAGE) {
        throw e;
      }
      LOG.error("The job's end cannot be told to its experiment; only the job is ended", e);
      jobs.abandon(job.id(), reason);
    }
    troubles.over(job.id());
  }

  private void follow(Jobs.Standing job) {
    Observation seen = launcher.observe(job.id(), job.attempts());
    if (stopping) {
      return;
    }
    tellProgress(job); // all of it before the end is told
    if (!(seen instanceof Observation.Running)) {
      asked.remove(job.id());
    }
    if (seen instanceof Observation.Running) {
      troubles.over(job.id());
      if (job.cancelRequested() && asked.add(job.id())) {
        LOG.infof("Stopping attempt %d on request", job.attempts());
        launcher.cancel(job.id(), job.attempts());
      }
    } else if (seen instanceof Observation.Ended ended) {
      LOG.infof(
          "Attempt %d ended: %s after %d steps",
          job.attempts(), ended.result().status(), ended.result().step());
      jobs.finished(job.id(), ended.result());
      troubles.over(job.id());
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

  private void tellProgress(Jobs.Standing job) {
    ProgressNews.News since =
        news.of(job.id(), job.attempts(), launcher.progress(job.id()), job.progressStep());
    if (!since.lines().isEmpty()) {
      jobs.tell(job.id(), job.attempts(), since.lines());
    }
    news.told(job.id(), since); // only once it is committed
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
              } catch (RuntimeException | Error e) {
                LOG.error("The training process could not be started", e);
                jobs.died(job.jobId(), "(could not be started: " + Reason.of(e) + ")");
              }
            });
  }
}
