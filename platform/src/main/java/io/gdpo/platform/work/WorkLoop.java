package io.gdpo.platform.work;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.platform.launch.JobLauncher;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.TransactionPhase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Has a {@link WorkReconciler} look at the service's work whenever something calls for it, and from
 * time to time.
 *
 * <p>Owns one thread, from the service's start to the beginning of its shutdown; processes that end
 * with the service are therefore never taken for failures.
 */
@ApplicationScoped
public class WorkLoop {
  private static final Logger LOG = Logger.getLogger(WorkLoop.class);

  private final WorkStore store;
  private final JobLauncher launcher;
  private final WorkSettings settings;
  private final boolean hasKinds;
  private final WorkReconciler reconciler;
  private final String replica;
  private final Semaphore calls = new Semaphore(0);
  private final Thread thread = new Thread(this::run, "work");

  /** So that an outage is told once; used by the one thread only. */
  private boolean lastPassWasWell = true;

  private volatile boolean stopping;
  private volatile Instant lastPass = Instant.EPOCH;

  WorkLoop(
      WorkStore store,
      JobLauncher launcher,
      ArtifactStore artifacts,
      @All List<WorkKind<?>> kinds,
      WorkSettings settings) {
    this.store = store;
    this.launcher = launcher;
    this.settings = settings;
    this.hasKinds = !kinds.isEmpty();
    this.replica = settings.replica().orElseGet(() -> UUID.randomUUID().toString());
    this.reconciler =
        new WorkReconciler(
            store,
            launcher,
            artifacts,
            kinds,
            InstantSource.system(),
            replica,
            settings.lease(),
            () -> stopping);
  }

  /** Tells, once committed, that there is something to do now. */
  record Changed() {}

  void start(@Observes StartupEvent starting) {
    if (hasKinds) {
      launcher.onExit(ended -> calls.release());
      thread.start();
    }
  }

  void stop(@Observes ShutdownEvent ending) throws InterruptedException {
    if (!hasKinds) {
      return;
    }
    stopping = true;
    calls.release();
    thread.join(TimeUnit.SECONDS.toMillis(10));
    launcher.close();
    try {
      store.release(replica);
    } catch (RuntimeException e) {
      LOG.warnf("Its work is free for others only when its leases end: %s", e.getMessage());
    }
  }

  void wake(@Observes(during = TransactionPhase.AFTER_SUCCESS) Changed changed) {
    calls.release();
  }

  /** Time since everything was last found to agree, or was made to. */
  Duration sinceLastPass() {
    if (!hasKinds) {
      return Duration.ZERO;
    }
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

  /** Says whether everything could be looked at. */
  private boolean pass() {
    try {
      reconciler.pass();
      if (!lastPassWasWell) {
        LOG.info("Work is looked after again");
      }
      return true;
    } catch (RuntimeException | Error e) {
      if (lastPassWasWell) {
        LOG.error("Cannot look after work; will keep trying", e);
      } else {
        LOG.debug("Still cannot look after work", e);
      }
      return false;
    }
  }
}
