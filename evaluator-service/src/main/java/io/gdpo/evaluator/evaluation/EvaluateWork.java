package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.job.EvaluationSummary;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkKind;
import io.gdpo.platform.work.WorkLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Measuring a checkpoint, as work: its id is the evaluation's. */
@ApplicationScoped
class EvaluateWork implements WorkKind<EvaluationSummary> {
  static final String VERB = "evaluate";

  private static final Logger LOG = Logger.getLogger(EvaluateWork.class);

  private final Outbox outbox;
  private final EvaluationSettings settings;
  private final EvaluationMetrics metrics;

  EvaluateWork(Outbox outbox, EvaluationSettings settings, EvaluationMetrics metrics) {
    this.outbox = outbox;
    this.settings = settings;
    this.metrics = metrics;
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
  public Class<EvaluationSummary> result() {
    return EvaluationSummary.class;
  }

  @Override
  public void lock(Work work) {
    Evaluation.lock(
        Evaluation.checkpointOf(work.id())
            .orElseThrow(
                () -> new IllegalStateException("There is no evaluation '" + work.id() + "'")));
  }

  @Override
  public Order begin(Work work) {
    Evaluation evaluation = required(work.id());
    evaluation.status = EvaluationStatus.RUNNING;
    return new Order(
        new EvaluationTask(evaluation.checkpoint(), evaluation.spec()),
        LaunchRequest.Needs.ofProcessors(
                settings.threads().orElseGet(() -> Runtime.getRuntime().availableProcessors()))
            .withGrace(settings.grace()));
  }

  @Override
  public Optional<String> faultOf(EvaluationSummary result) {
    return result.uri() == null || result.metrics() == null
        ? Optional.of("does not say what was measured")
        : Optional.empty();
  }

  @Override
  public void ended(Work work, Optional<EvaluationSummary> result) {
    Evaluation evaluation = required(work.id());
    switch (work.state()) {
      case SUCCEEDED -> {
        EvaluationSummary summary = result.orElseThrow();
        evaluation.succeeded(summary.uri(), summary.metrics(), Instant.now());
        metrics.measured(evaluation.checkpoint().loss(), summary);
        LOG.infof(
            "Evaluation %s took %.1f s: %s",
            work.id(),
            summary.seconds(),
            MetricKey.among(List.of(MetricKey.JSD, MetricKey.PAIR_ACCURACY), summary.metrics()));
      }
      case CANCELLED -> evaluation.ended(EvaluationStatus.CANCELLED, work.reason(), Instant.now());
      default -> evaluation.ended(EvaluationStatus.FAILED, work.reason(), Instant.now());
    }
    outbox.send(evaluation.answer().orElseThrow());
  }

  private static Evaluation required(String id) {
    return Evaluation.withId(id)
        .orElseThrow(() -> new IllegalStateException("There is no evaluation '" + id + "'"));
  }
}
