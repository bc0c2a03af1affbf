package io.gdpo.dataset.catalog;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.BuildOutcome;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Has requested datasets built one after the other, each by a process of its own, in three steps:
 * that a build begins is noted, it is built outside any transaction, and what came of it is
 * recorded together with its announcement.
 *
 * <p>While it is built, its {@link BuildLock} keeps other replicas from it; a service that dies
 * loses the lock, and the next one, or another replica, builds it again. A build that ended the
 * service {@value #MOST_ATTEMPTS} times is not begun once more: whatever it is, it fails, and never
 * holds up the next.
 */
@ApplicationScoped
public class DatasetWorker {
  static final int MOST_ATTEMPTS = 3;

  private static final Logger LOG = Logger.getLogger(DatasetWorker.class);

  private final BuildProcess process;
  private final Datasets datasets;
  private final BuildLock lock;
  private final MeterRegistry metrics;
  private volatile String building;

  DatasetWorker(BuildProcess process, Datasets datasets, BuildLock lock, MeterRegistry metrics) {
    this.process = process;
    this.datasets = datasets;
    this.lock = lock;
    this.metrics = metrics;
  }

  @Scheduled(
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void buildRequested() {
    List<String> waiting = QuarkusTransaction.requiringNew().call(Dataset::waiting);
    for (String id : waiting) {
      try {
        lock.ifFree(id, () -> begin(id).ifPresent(this::build));
      } catch (SQLException | RuntimeException e) {
        LOG.warnf("Dataset '%s' waits, its build cannot be noted: %s", id, Reason.of(e));
        LOG.debugf(e, "Dataset '%s'", id);
      }
    }
  }

  /** A build that the service's orderly end interrupts does not count as begun. */
  void stop(@Observes @Priority(1) ShutdownEvent stopping) {
    String id = building;
    if (id != null) {
      ifRequested(id, dataset -> dataset.attempts--);
    }
  }

  /** Notes that a build begins; empty if there is nothing to build any more. */
  private Optional<Dataset> begin(String id) {
    Optional<Dataset> begun =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  Optional<Dataset> dataset =
                      Dataset.locked(id).filter(it -> it.state == DatasetState.REQUESTED);
                  dataset.ifPresent(it -> it.attempts++);
                  return dataset;
                });
    if (begun.isPresent() && begun.get().attempts > MOST_ATTEMPTS) {
      fail(
          id,
          String.format(
              Locale.ROOT,
              "building it was begun %d times and never came to an end: its process, or the service,"
                  + " was ended each time; see its build.log and the service's, and ask again",
              MOST_ATTEMPTS));
      return Optional.empty();
    }
    return begun;
  }

  private void build(Dataset dataset) {
    building = dataset.id;
    try {
      attempt(dataset.id, () -> process.of(dataset));
    } finally {
      building = null;
    }
  }

  /**
   * Has a dataset built and records what came of it; where its process was ended from outside,
   * nothing did, and it is built anew.
   */
  void attempt(String id, Callable<BuildOutcome> build) {
    try {
      BuildOutcome outcome = build.call();
      if (outcome.reason() != null) {
        fail(id, outcome.reason());
        return;
      }
      record(
          id,
          dataset -> {
            dataset.state = DatasetState.READY;
            dataset.uri = outcome.uri();
            dataset.examples = outcome.examples();
            dataset.sourceSha256 = outcome.sourceSha256();
            LOG.infof("Dataset '%s' is ready: %s", id, dataset.examples);
          });
    } catch (BuildProcess.BuildBrokenException e) {
      LOG.warnf("Dataset '%s' is built again: %s", id, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Throwable e) {
      LOG.errorf(e, "Dataset '%s' cannot be built", id);
      fail(id, "the service could not have it built: " + Reason.of(e));
    }
  }

  private void fail(String id, String reason) {
    record(
        id,
        dataset -> {
          dataset.state = DatasetState.FAILED;
          dataset.reason = Reason.clean(reason);
          LOG.warnf("Dataset '%s' failed: %s", id, dataset.reason);
        });
  }

  /** What came of a build, and its announcement, in a transaction of their own. */
  private void record(String id, Consumer<Dataset> outcome) {
    ifRequested(
        id,
        dataset -> {
          outcome.accept(dataset);
          dataset.finishedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
          datasets.announce(dataset);
          metrics
              .counter("gdpo.datasets", "state", dataset.state.name().toLowerCase(Locale.ROOT))
              .increment();
        });
  }

  private static void ifRequested(String id, Consumer<Dataset> change) {
    QuarkusTransaction.requiringNew()
        .run(
            () ->
                Dataset.locked(id)
                    .filter(dataset -> dataset.state == DatasetState.REQUESTED)
                    .ifPresent(change));
  }
}
