package io.gdpo.dataset.catalog;

import io.gdpo.data.PreferenceDataException;
import io.gdpo.dataset.DatasetException;
import io.gdpo.dataset.build.DatasetBuilder;
import io.gdpo.lm.InvalidModelException;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Builds requested datasets one after the other.
 *
 * <p>The row stays locked while its dataset is built, and result and announcement are one
 * transaction with it: a service that dies leaves the row REQUESTED, and the next one, or another
 * replica, builds it again.
 */
@ApplicationScoped
public class DatasetWorker {
  private static final Logger LOG = Logger.getLogger(DatasetWorker.class);
  private static final int LONGEST_BUILD_SECONDS = 4 * 3600;

  private final DatasetBuilder builder;
  private final Datasets datasets;
  private final MeterRegistry metrics;

  DatasetWorker(DatasetBuilder builder, Datasets datasets, MeterRegistry metrics) {
    this.builder = builder;
    this.datasets = datasets;
    this.metrics = metrics;
  }

  @Scheduled(
      every = "1s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void buildRequested() {
    boolean built;
    do {
      built =
          QuarkusTransaction.requiringNew().timeout(LONGEST_BUILD_SECONDS).call(this::buildNext);
    } while (built);
  }

  private boolean buildNext() {
    Optional<Dataset> next = Dataset.claimNext();
    next.ifPresent(this::build);
    return next.isPresent();
  }

  private void build(Dataset dataset) {
    try {
      DatasetBuilder.Built built = builder.build(dataset.id, dataset.spec);
      dataset.state = DatasetState.READY;
      dataset.uri = built.uri().toString();
      dataset.examples = built.examplesBySplit();
      LOG.infof("Dataset '%s' is ready: %s", dataset.id, dataset.examples);
    } catch (DatasetException | PreferenceDataException | InvalidModelException e) {
      fail(dataset, e.getMessage());
    } catch (RuntimeException e) {
      LOG.errorf(e, "Dataset '%s' cannot be built", dataset.id);
      fail(dataset, "the service could not build it: " + e);
    }
    dataset.finishedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    datasets.announce(dataset);
    metrics
        .counter("gdpo.datasets", "state", dataset.state.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  private static void fail(Dataset dataset, String reason) {
    dataset.state = DatasetState.FAILED;
    dataset.reason = reason;
    LOG.warnf("Dataset '%s' failed: %s", dataset.id, reason);
  }
}
