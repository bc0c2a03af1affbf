package io.gdpo.trainer.job;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.platform.event.Outbox;
import io.gdpo.trainer.launch.JobFolders;
import io.quarkus.panache.common.Parameters;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The life of training jobs: every change of a job's status is made here, under its experiment's
 * lock, together with the events that tell of it. What the processes do is seen by {@link
 * JobReconciler}.
 */
@ApplicationScoped
public class Jobs {
  private static final int STAGE_PART = 40;

  private final ExperimentLock lock;
  private final Outbox outbox;
  private final JobFolders folders;
  private final JobSettings settings;
  private final Event<JobEnded> ended;
  private final Event<JobsChanged> changed;
  private final Clock clock = Clock.systemUTC();

  Jobs(
      ExperimentLock lock,
      Outbox outbox,
      JobFolders folders,
      JobSettings settings,
      Event<JobEnded> ended,
      Event<JobsChanged> changed) {
    this.lock = lock;
    this.outbox = outbox;
    this.folders = folders;
    this.settings = settings;
    this.ended = ended;
    this.changed = changed;
  }

  /** Queues a new job; the caller holds the experiment's lock. Gives the job's id. */
  @Transactional(Transactional.TxType.MANDATORY)
  public String queue(String experiment, String stage, JobPlan plan) {
    Job job = new Job();
    job.id = newId(stage);
    job.experiment = experiment;
    job.stage = stage;
    job.plan = plan;
    job.status = JobStatus.QUEUED;
    job.queuedAt = clock.instant();
    job.progressStep = -1;
    job.persist();
    outbox.send(new JobQueued(job.id, experiment, stage));
    changed.fire(new JobsChanged());
    return job.id;
  }

  /**
   * Asks a job to stop: a queued one is cancelled at once, a running one when its process is gone.
   * A job that has ended stays as it is. The caller holds the experiment's lock.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void cancel(String jobId, String reason) {
    Job job = required(jobId);
    if (job.status.isTerminal() || job.cancelRequested) {
      return;
    }
    job.cancelRequested = true;
    job.reason = reason;
    if (job.status == JobStatus.QUEUED) {
      end(job, JobStatus.CANCELLED, reason, Optional.empty());
    }
    changed.fire(new JobsChanged());
  }

  /**
   * Takes a queued job's next attempt, to be launched once this is committed, and tells of it:
   * whatever becomes of the process, others hear of each attempt, and once.
   */
  @Transactional
  Optional<TrainingJob> start(String jobId) {
    Job job = locked(jobId);
    if (job.status != JobStatus.QUEUED) {
      return Optional.empty();
    }
    if (job.plan == null) {
      throw new IllegalStateException(
          "what job '" + jobId + "' is to do cannot be read in the database; submit it anew");
    }
    job.status = JobStatus.RUNNING;
    job.attempts++;
    if (job.startedAt == null) {
      job.startedAt = clock.instant();
    }
    outbox.send(new JobStarted(job.id, job.experiment, job.stage, job.attempts));
    JobPlan plan = job.plan;
    return Optional.of(
        new TrainingJob(
            job.id,
            job.experiment,
            job.stage,
            job.attempts,
            plan.seed(),
            plan.datasetUri(),
            plan.model(),
            plan.parentModelUri(),
            plan.referenceModelUri(),
            plan.training(),
            folders.of(job.id).root().toUri().toString(),
            folders.referenceLogProbs().toString(),
            threads()));
  }

  /**
   * The process left its result. One that was told to stop, but not by this job's cancellation,
   * stopped with its service: the job goes on.
   */
  @Transactional
  void finished(String jobId, TrainingResult result) {
    Job job = locked(jobId);
    if (job.status != JobStatus.RUNNING) {
      return;
    }
    if (result.status() == TrainingResult.Status.CANCELLED && !job.cancelRequested) {
      job.status = JobStatus.QUEUED;
      return;
    }
    JobStatus status =
        switch (result.status()) {
          case SUCCEEDED -> JobStatus.SUCCEEDED;
          case FAILED -> JobStatus.FAILED;
          case CANCELLED -> JobStatus.CANCELLED;
        };
    String reason =
        status == JobStatus.SUCCEEDED
            ? null
            : Optional.ofNullable(job.reason).orElse(result.reason());
    end(job, status, reason, Optional.of(result));
  }

  /** The process died by itself: the job is tried again from its checkpoint, or fails. */
  @Transactional
  void died(String jobId, String how) {
    Job job = locked(jobId);
    if (job.status != JobStatus.RUNNING) {
      return;
    }
    job.failures++;
    if (job.cancelRequested) {
      end(job, JobStatus.CANCELLED, job.reason, Optional.empty());
    } else if (job.failures >= settings.maxAttempts()) {
      String times = job.failures == 1 ? "" : job.failures + " times, at last: ";
      end(
          job,
          JobStatus.FAILED,
          "the training process died without a result " + times + how,
          Optional.empty());
    } else {
      job.status = JobStatus.QUEUED;
    }
  }

  /** This service cannot carry the job on: it fails, whatever its process does. */
  @Transactional
  void giveUp(String jobId, String reason) {
    Job job = locked(jobId);
    if (!job.status.isTerminal()) {
      end(
          job,
          job.cancelRequested ? JobStatus.CANCELLED : JobStatus.FAILED,
          reason,
          Optional.empty());
    }
  }

  /** The last resort where {@link #giveUp} fails too: nothing of the job or around it is read. */
  @Transactional
  void abandon(String jobId, String reason) {
    Job.update(
        "status = ?1, reason = ?2, finishedAt = ?3 where id = ?4",
        JobStatus.FAILED,
        Reason.clean(reason),
        clock.instant(),
        jobId);
  }

  /** The process is gone by no fault of the job's: it goes on from its checkpoint. */
  @Transactional
  void gone(String jobId) {
    Job job = locked(jobId);
    if (job.status != JobStatus.RUNNING) {
      return;
    }
    if (job.cancelRequested) {
      end(job, JobStatus.CANCELLED, job.reason, Optional.empty());
    } else {
      job.status = JobStatus.QUEUED;
    }
  }

  /** Tells how far an attempt has come. */
  @Transactional
  void tell(String jobId, int attempt, List<TrainingProgress> lines) {
    lines.forEach(line -> outbox.send(new JobProgressed(jobId, attempt, line)));
  }

  /** Keeps how far the current attempt has come; anything older or later is ignored. */
  @Transactional(Transactional.TxType.MANDATORY)
  void progressed(String jobId, int attempt, TrainingProgress progress) {
    if ("train".equals(progress.phase())) {
      Job.update(
          "progress = :progress, progressStep = :step where id = :id and status = :running"
              + " and attempts = :attempt and progressStep <= :step",
          Parameters.with("progress", progress)
              .and("step", progress.step())
              .and("id", jobId)
              .and("running", JobStatus.RUNNING)
              .and("attempt", attempt));
    }
  }

  /** One job, if there is such. */
  @Transactional
  public Optional<JobView> view(String jobId) {
    return Job.withId(jobId).map(this::view);
  }

  /**
   * Jobs by id, for a list: ids without a job are left out, and no file is read for a row, so that
   * the progress of a running job is that of its last event.
   */
  @Transactional
  public Map<String, JobView> views(Collection<String> jobIds) {
    return jobIds.isEmpty()
        ? Map.of()
        : Job.withIds(jobIds).stream()
            .map(job -> view(job, Optional.ofNullable(job.progress)))
            .collect(Collectors.toMap(JobView::id, Function.identity()));
  }

  /** A job as the reconciler needs to see it. */
  public record Standing(
      String id, String experiment, int attempts, boolean cancelRequested, long progressStep) {}

  @Transactional
  List<Standing> in(JobStatus status) {
    return Job.in(status);
  }

  private void end(Job job, JobStatus status, String reason, Optional<TrainingResult> result) {
    job.status = status;
    job.reason = reason;
    job.finishedAt = Instant.now(clock);
    progress(job)
        .ifPresent(
            last -> {
              job.progress = last;
              job.progressStep = last.step();
            });
    outbox.send(
        switch (status) {
          case SUCCEEDED -> new JobSucceeded(job.id, job.experiment, job.stage);
          case FAILED -> new JobFailed(job.id, job.experiment, job.stage, reason);
          case CANCELLED -> new JobCancelled(job.id, job.experiment, job.stage);
          case QUEUED, RUNNING -> throw new IllegalArgumentException(status + " is not an end");
        });
    ended.fire(
        new JobEnded(
            job.id, job.experiment, job.stage, status, Optional.ofNullable(reason), result));
  }

  private Job locked(String jobId) {
    lock.take(
        Job.experimentOf(jobId)
            .orElseThrow(() -> new IllegalStateException("There is no job '" + jobId + "'")));
    return required(jobId);
  }

  private static Job required(String jobId) {
    return Job.withId(jobId)
        .orElseThrow(() -> new IllegalStateException("There is no job '" + jobId + "'"));
  }

  private JobView view(Job job) {
    return view(job, progress(job));
  }

  private JobView view(Job job, Optional<TrainingProgress> progress) {
    return new JobView(
        job.id,
        job.experiment,
        job.stage,
        job.status.name(),
        job.reason,
        job.attempts,
        job.failures,
        job.queuedAt,
        job.startedAt,
        job.finishedAt,
        progress.orElse(null),
        folders.uri(job.id).toString());
  }

  private Optional<TrainingProgress> progress(Job job) {
    Optional<TrainingProgress> written =
        job.attempts == 0
            ? Optional.empty()
            : ProgressFile.lastTrainLine(folders.of(job.id).progress());
    return written
        .filter(p -> p.step() >= job.progressStep)
        .or(() -> Optional.ofNullable(job.progress));
  }

  private int threads() {
    int share = Runtime.getRuntime().availableProcessors() / settings.maxParallel();
    return settings.threads().orElse(Math.max(1, share));
  }

  /**
   * Readable, unique, and short enough for a Kubernetes name with the attempt's number behind it.
   */
  private static String newId(String stage) {
    String readable = stage.length() > STAGE_PART ? stage.substring(0, STAGE_PART) : stage;
    return readable + "-" + UUID.randomUUID().toString().substring(0, 8);
  }
}
