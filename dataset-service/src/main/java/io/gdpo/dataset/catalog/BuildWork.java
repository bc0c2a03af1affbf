package io.gdpo.dataset.catalog;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.job.BuildResult;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkKind;
import io.gdpo.platform.work.WorkLimits;
import io.gdpo.platform.work.WorkState;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Building a dataset, as work: its folder is {@code builds/<dataset id>}. */
@ApplicationScoped
class BuildWork implements WorkKind<BuildResult> {
  static final String VERB = "build";

  private static final Logger LOG = Logger.getLogger(BuildWork.class);

  private final Datasets datasets;
  private final ArtifactStore artifacts;
  private final BuildSettings settings;
  private final ChatEndpoints endpoints;

  BuildWork(
      Datasets datasets, ArtifactStore artifacts, BuildSettings settings, ChatEndpoints endpoints) {
    this.datasets = datasets;
    this.artifacts = artifacts;
    this.settings = settings;
    this.endpoints = endpoints;
  }

  /** The work of a dataset has its id. */
  static String folder(String datasetId) {
    return "builds/" + datasetId;
  }

  @Override
  public String verb() {
    return VERB;
  }

  @Override
  public WorkLimits limits() {
    return new WorkLimits(settings.maxParallel(), settings.maxAttempts(), settings.pause());
  }

  @Override
  public Class<BuildResult> result() {
    return BuildResult.class;
  }

  @Override
  public void lock(Work work) {
    Dataset.locked(work.id());
  }

  @Override
  public Order begin(Work work) {
    Dataset dataset = required(work.id());
    return new Order(
        new BuildTask(
            dataset.id,
            dataset.spec,
            dataset.sourceSha256,
            artifacts.uri("datasets").resolve(".").toString(),
            endpoints.calls(dataset.spec)),
        LaunchRequest.Needs.ofProcessors(1));
  }

  @Override
  public Optional<String> faultOf(BuildResult result) {
    return result.uri() == null || result.examples() == null
        ? Optional.of("does not say where the dataset is")
        : Optional.empty();
  }

  @Override
  public void ended(Work work, Optional<BuildResult> result) {
    Dataset dataset = required(work.id());
    if (dataset.state != DatasetState.REQUESTED) {
      return;
    }
    if (work.state() == WorkState.CANCELLED && !dataset.cancelRequested) {
      datasets.build(dataset); // somebody asked for it while it was being ended
      return;
    }
    switch (work.state()) {
      case SUCCEEDED -> ready(dataset, result.orElseThrow());
      case CANCELLED -> dataset.state = DatasetState.CANCELLED;
      default -> dataset.state = DatasetState.FAILED;
    }
    dataset.reason = work.reason();
    dataset.finishedAt = Instant.now().truncatedTo(ChronoUnit.MICROS);
    datasets.announce(dataset);
    LOG.infof(
        "Dataset '%s' is %s: %s",
        dataset.id, dataset.state, dataset.reason == null ? dataset.examples : dataset.reason);
  }

  private static void ready(Dataset dataset, BuildResult result) {
    dataset.state = DatasetState.READY;
    dataset.uri = result.uri();
    dataset.examples = result.examples();
    dataset.sourceSha256 = result.sourceSha256();
  }

  private static Dataset required(String id) {
    return Dataset.named(id)
        .orElseThrow(() -> new IllegalStateException("There is no dataset '" + id + "'"));
  }
}
