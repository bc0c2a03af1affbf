package io.gdpo.trainer.job;

import io.gdpo.contracts.event.TrainingProgress;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.Arrays;
import java.util.List;

/** Counts jobs by status and says how fast the running ones train. */
@ApplicationScoped
public class JobMetrics {
  private final MultiGauge jobs;
  private final MultiGauge speed;

  JobMetrics(MeterRegistry registry) {
    jobs = MultiGauge.builder("gdpo.jobs").description("Jobs by status").register(registry);
    speed =
        MultiGauge.builder("gdpo.training.tokens.per.second")
            .description("Training speed of each running job, from its last progress event")
            .register(registry);
  }

  @Scheduled(
      every = "5s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  @Transactional
  void refresh() {
    List<MultiGauge.Row<?>> counts =
        Arrays.stream(JobStatus.values())
            .<MultiGauge.Row<?>>map(
                s -> MultiGauge.Row.of(Tags.of("status", s.name()), Job.count("status", s)))
            .toList();
    jobs.register(counts, true);
    List<MultiGauge.Row<?>> speeds =
        Job.running().stream()
            .filter(job -> job.progress != null)
            .<MultiGauge.Row<?>>map(job -> MultiGauge.Row.of(tags(job), speed(job.progress)))
            .toList();
    speed.register(speeds, true);
  }

  private static Tags tags(Job job) {
    return Tags.of("experiment", job.experiment, "stage", job.stage);
  }

  private static double speed(TrainingProgress progress) {
    return progress.tokensPerSecond();
  }
}
