package io.gdpo.trainer.job;

import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkKind;
import io.gdpo.platform.work.WorkLimits;
import io.gdpo.platform.work.WorkStore;
import io.gdpo.platform.work.Works;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Training, as work: its id is the job's, its folder {@code jobs/<job id>}. */
@ApplicationScoped
class TrainWork implements WorkKind<TrainingResult> {
  static final String VERB = "train";

  private final Jobs jobs;
  private final WorkStore store;
  private final Works works;
  private final ExperimentLock lock;
  private final JobFolders folders;
  private final JobSettings settings;
  private final Outbox outbox;

  /** Used by the one thread that looks after work. */
  private final ProgressNews news = new ProgressNews();

  TrainWork(
      Jobs jobs,
      WorkStore store,
      Works works,
      ExperimentLock lock,
      JobFolders folders,
      JobSettings settings,
      Outbox outbox) {
    this.jobs = jobs;
    this.store = store;
    this.works = works;
    this.lock = lock;
    this.folders = folders;
    this.settings = settings;
    this.outbox = outbox;
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
  public Class<TrainingResult> result() {
    return TrainingResult.class;
  }

  @Override
  public String log() {
    return JobFolders.LOG;
  }

  @Override
  public void lock(Work work) {
    lock.take(jobs.required(work.id()).experiment);
  }

  @Override
  public Order begin(Work work) {
    Job job = jobs.required(work.id());
    JobPlan plan = job.plan;
    if (plan == null) {
      throw new IllegalStateException(
          "what job '" + job.id + "' is to do cannot be read in the database; submit it anew");
    }
    outbox.send(new JobStarted(job.id, job.experiment, job.stage, work.attempt()));
    return new Order(
        new TrainingJob(
            job.id,
            job.experiment,
            job.stage,
            work.attempt(),
            plan.seed(),
            plan.datasetUri(),
            plan.model(),
            plan.parentModelUri(),
            plan.referenceModelUri(),
            plan.training(),
            folders.uri(job.id).toString(),
            folders.referenceLogProbs().toString(),
            jobs.processors()),
        LaunchRequest.Needs.ofProcessors(jobs.processors())
            .withMemory(Optional.ofNullable(plan.memoryBytes()).orElse(0L))
            .withGrace(settings.grace())
            .withPool(plan.pool()));
  }

  @Override
  public Optional<String> faultOf(TrainingResult result) {
    return result.bestUri() == null || result.finalUri() == null
        ? Optional.of("does not say how it ended")
        : Optional.empty();
  }

  @Override
  public void follow(Work work) {
    ProgressNews.News since =
        news.of(
            work.id(), folders.progress(work.id()), ToldProgress.of(work.id(), work.progress()));
    if (!since.lines().isEmpty()) {
      store.inTransaction(
          () -> {
            tell(work, since.lines());
            return null;
          });
    }
    news.told(work.id(), since); // only once it is committed
  }

  private void tell(Work work, List<TrainingProgress> lines) {
    ToldProgress told = ToldProgress.of(work.id(), work.progress());
    for (TrainingProgress line : lines) {
      told = told.with(line);
    }
    if (works.progressed(work, told.json())) {
      lines.forEach(line -> outbox.send(new JobProgressed(work.id(), work.attempt(), line)));
    }
  }

  @Override
  public void ended(Work work, Optional<TrainingResult> result) {
    news.forget(work.id());
    jobs.ended(jobs.required(work.id()), work.state(), Optional.ofNullable(work.reason()), result);
  }
}
