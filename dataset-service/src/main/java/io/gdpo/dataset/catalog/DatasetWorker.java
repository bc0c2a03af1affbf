package io.gdpo.dataset.catalog;

import io.gdpo.contracts.Reason;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.dataset.DatasetException;
import io.gdpo.dataset.build.DatasetBuilder;
import io.gdpo.lm.InvalidModelException;
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
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Builds requested datasets one after the other, in three steps: that a build begins is noted, it
 * is built outside any transaction, and what came of it is recorded together with its announcement.
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

  private final DatasetBuilder builder;
  private final Datasets datasets;
  private final BuildLock lock;
  private final MeterRegistry metrics;
  private volatile String building;

  DatasetWorker(DatasetBuilder builder, Datasets datasets, BuildLock lock, MeterRegistry metrics) {
    this.builder = builder;
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
              "building it was begun %d times and never came to an end: the service ended, as it"
                  + " does when its memory (heap of %,d MB) does not suffice; see the service's log,"
                  + " make the source smaller or give the service more memory, and ask again",
              MOST_ATTEMPTS,
              heapMegabytes()));
      return Optional.empty();
    }
    return begun;
  }

  private void build(Dataset dataset) {
    building = dataset.id;
    try {
      attempt(
          dataset.id,
          () -> builder.build(dataset.id, dataset.spec, Optional.ofNullable(dataset.sourceSha256)));
    } finally {
      building = null;
    }
  }

  /**
   * Runs a build and records what came of it. An Error is a failure of this dataset too, as far as
   * the JVM can go on.
   */
  void attempt(String id, Supplier<DatasetBuilder.Built> build) {
    try {
      DatasetBuilder.Built built = build.get();
      record(
          id,
          dataset -> {
            dataset.state = DatasetState.READY;
            dataset.uri = built.uri().toString();
            dataset.examples = built.examplesBySplit();
            dataset.sourceSha256 = built.card().sourceSha256();
            LOG.infof("Dataset '%s' is ready: %s", id, dataset.examples);
          });
    } catch (DatasetException | PreferenceDataException | InvalidModelException e) {
      LOG.debugf(e, "Dataset '%s' cannot be built", id);
      fail(id, Reason.of(e));
    } catch (Throwable e) {
      LOG.errorf(e, "Dataset '%s' cannot be built", id);
      fail(id, reason(e));
    }
  }

  private static String reason(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return String.format(
          Locale.ROOT,
          "building it needs more memory than the service has (heap of %,d MB); make the source"
              + " smaller or give the service more memory, and ask again",
          heapMegabytes());
    }
    if (failure instanceof StackOverflowError) {
      return "the service could not build it: something in the source is nested too deep or too"
          + " long";
    }
    return "the service could not build it: "
        + Reason.of(failure)
        + (failure.getCause() == null ? "" : ", because of " + Reason.of(failure.getCause()));
  }

  private static long heapMegabytes() {
    return Runtime.getRuntime().maxMemory() >> 20;
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
