package io.gdpo.trainer.job;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkState;
import io.gdpo.platform.work.Works;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Counts jobs by status and says how fast the running ones train. */
@ApplicationScoped
public class JobMetrics {
  private final MultiGauge jobs;
  private final MultiGauge speed;
  private final Works works;
  private final JobStore jobRows;

  JobMetrics(MeterRegistry registry, Works works, JobStore jobRows) {
    this.jobRows = jobRows;
    this.works = works;
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
    Map<WorkState, Long> byState = works.counts(TrainWork.VERB);
    jobs.register(
        Arrays.stream(WorkState.values())
            .<MultiGauge.Row<?>>map(
                state ->
                    MultiGauge.Row.of(
                        Tags.of("status", Jobs.status(state).name()),
                        byState.getOrDefault(state, 0L)))
            .toList(),
        true);
    List<MultiGauge.Row<?>> speeds = new ArrayList<>();
    for (Work work : works.running(TrainWork.VERB)) {
      Optional<TrainingProgress> progress = Jobs.progress(work);
      Optional<Job> job = jobRows.job(work.id());
      if (progress.isPresent() && job.isPresent()) {
        speeds.add(MultiGauge.Row.of(tags(job.get()), progress.get().tokensPerSecond()));
      }
    }
    speed.register(speeds, true);
  }

  private static Tags tags(Job job) {
    return Tags.of("experiment", job.experiment, "stage", job.stage);
  }
}
