package io.gdpo.trainer.job;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.platform.metric.Meters;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.Works;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.transaction.Transactional;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Tells how fast jobs train, and what memory they held: by the loss that they train, for jobs come
 * and go.
 */
@ApplicationScoped
class JobMetrics {
  private final Works works;
  private final JobStore jobs;
  private final Meters.Rows step = new Meters.Rows(ServiceMetric.TRAINING_STEP);
  private final Meters.Rows speed = new Meters.Rows(ServiceMetric.TRAINING_SPEED);
  private final Meters.Rows loss = new Meters.Rows(ServiceMetric.TRAINING_LOSS);

  JobMetrics(Works works, JobStore jobs) {
    this.works = works;
    this.jobs = jobs;
  }

  @Scheduled(
      every = "10s",
      concurrentExecution = Scheduled.ConcurrentExecution.SKIP,
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  @Transactional
  void refresh() {
    running()
        .forEach(
            (name, lines) -> {
              lines.stream()
                  .filter(line -> line.totalSteps() > line.step() && line.etaSeconds() > 0)
                  .mapToDouble(line -> line.etaSeconds() / (line.totalSteps() - line.step()))
                  .max()
                  .ifPresent(seconds -> step.row(seconds, name));
              speed.row(lines.stream().mapToDouble(TrainingProgress::tokensPerSecond).sum(), name);
              lines.stream()
                  .map(line -> line.metrics() == null ? null : line.metrics().get("loss"))
                  .filter(Objects::nonNull)
                  .mapToDouble(Double::doubleValue)
                  .average()
                  .ifPresent(mean -> loss.row(mean, name));
            });
    step.tell();
    speed.tell();
    loss.tell();
  }

  /** The last train line of each running job that has told one, by its loss. */
  private Map<String, List<TrainingProgress>> running() {
    List<Work> running = works.running(TrainWork.VERB);
    Map<String, Job> byId =
        jobs.jobs(running.stream().map(Work::id).toList()).stream()
            .collect(Collectors.toMap(job -> job.id, Function.identity()));
    return running.stream()
        .filter(work -> byId.containsKey(work.id()) && Jobs.progress(work).isPresent())
        .collect(
            Collectors.groupingBy(
                work -> lossOf(byId.get(work.id())),
                TreeMap::new,
                Collectors.mapping(
                    work -> Jobs.progress(work).orElseThrow(), Collectors.toList())));
  }

  void ended(@Observes JobEnded ended) {
    ended
        .result()
        .ifPresent(result -> jobs.job(ended.jobId()).ifPresent(job -> held(result, lossOf(job))));
  }

  private static void held(TrainingResult result, String loss) {
    Meters.record(ServiceMetric.TRAINING_MEMORY, result.peakResidentBytes(), loss);
    if (result.estimatedPeakBytes() > 0) {
      Meters.record(
          ServiceMetric.TRAINING_MEMORY_RATIO,
          result.peakResidentBytes() / (double) result.estimatedPeakBytes(),
          loss);
    }
  }

  /** Whatever a row holds, that it cannot be counted must keep no job from its end. */
  private static String lossOf(Job job) {
    return Optional.ofNullable(job.plan)
        .map(JobPlan::training)
        .map(TrainingSpec::loss)
        .map(Loss::label)
        .orElse("unknown");
  }
}
