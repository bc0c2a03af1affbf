package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.event.Event.OfJob;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.state.JobStatus;
import io.gdpo.contracts.view.JobView;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkState;
import io.gdpo.platform.work.Works;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Training jobs: queued and cancelled under their experiment's lock, shown, and told of when they
 * end. How they are run is {@link TrainWork}'s.
 */
@ApplicationScoped
public class Jobs {
  private static final Logger LOG = Logger.getLogger(Jobs.class);
  private static final int STAGE_PART = 40;

  private final JobStore store;
  private final Works works;
  private final Outbox outbox;
  private final JobFolders folders;
  private final JobSettings settings;
  private final Consumer<JobEnded> ended;
  private final Supplier<UUID> ids;

  @Inject
  Jobs(
      JobStore store,
      Works works,
      Outbox outbox,
      JobFolders folders,
      JobSettings settings,
      Event<JobEnded> ended) {
    this(store, works, outbox, folders, settings, ended::fire, UUID::randomUUID);
  }

  /**
   * @param ended told of each job's end
   * @param ids tell jobs of one name apart
   */
  Jobs(
      JobStore store,
      Works works,
      Outbox outbox,
      JobFolders folders,
      JobSettings settings,
      Consumer<JobEnded> ended,
      Supplier<UUID> ids) {
    this.store = store;
    this.works = works;
    this.outbox = outbox;
    this.folders = folders;
    this.settings = settings;
    this.ended = ended;
    this.ids = ids;
  }

  /** Processors that each job computes on. */
  public int processors() {
    int share = Runtime.getRuntime().availableProcessors() / settings.maxParallel();
    return settings.threads().orElse(Math.max(1, share));
  }

  /**
   * Queues a new job; the caller holds the experiment's lock.
   *
   * @param owner the experiment's; null if it has none
   * @param suspended whether it is not to begin until it is resumed
   * @return the job's id
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public String queue(
      String experiment, String owner, String stage, JobPlan plan, boolean suspended) {
    Job job = new Job();
    job.id = newId(stage);
    job.experiment = experiment;
    job.owner = owner;
    job.stage = stage;
    job.plan = plan;
    store.add(job);
    works.ask(job.id, TrainWork.VERB, JobFolders.key(job.id), experiment);
    works.suspend(job.id, suspended);
    outbox.send(new JobQueued(job.id, experiment, stage));
    return job.id;
  }

  /**
   * Asks a job to stop; it has when its process is gone. A job that has ended stays as it is. The
   * caller holds the experiment's lock.
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void cancel(String jobId, String reason) {
    works.cancel(jobId, reason);
  }

  /**
   * Stops a job until it is resumed, when it goes on from where it was. One that has ended stays as
   * it is. The caller holds the experiment's lock.
   *
   * @param suspended false to resume it
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void suspend(String jobId, boolean suspended) {
    works.suspend(jobId, suspended);
  }

  /** A job is over, in the transaction that makes it so, under its experiment's lock. */
  void ended(Job job, WorkState state, Optional<String> reason, Optional<TrainingResult> result) {
    JobStatus status = status(state);
    outbox.send(end(job.id, job.experiment, job.stage, status, reason.orElse(null)));
    ended.accept(new JobEnded(job.id, job.experiment, job.stage, status, reason, result));
  }

  /** What is told of a job that is over. */
  static OfJob end(String id, String experiment, String stage, JobStatus status, String reason) {
    return switch (status) {
      case SUCCEEDED -> new JobSucceeded(id, experiment, stage);
      case FAILED ->
          new JobFailed(id, experiment, stage, reason == null ? "no reason was left" : reason);
      case CANCELLED -> new JobCancelled(id, experiment, stage, reason);
      case QUEUED, RUNNING -> throw new IllegalArgumentException(status + " is not an end");
    };
  }

  /** What a job that succeeded left; empty if it cannot be read any more. */
  public Optional<TrainingResult> result(String jobId) {
    return folders
        .outcome(jobId)
        .filter(outcome -> outcome.status() == WorkOutcome.Status.SUCCEEDED)
        .flatMap(
            outcome -> {
              try {
                return Optional.of(outcome.result(TrainingResult.class));
              } catch (JsonProcessingException e) {
                LOG.warnf("What job %s left cannot be read: %s", jobId, e.getOriginalMessage());
                return Optional.empty();
              }
            });
  }

  /** One job, if there is such. */
  @Transactional
  public Optional<JobView> view(String jobId) {
    return store
        .job(jobId)
        .flatMap(job -> works.find(jobId).map(work -> view(job, work, latest(work))));
  }

  /**
   * Jobs by id, for a list: ids without a job are left out, and no file is read for a row, so that
   * the progress of a running job is that of its last event.
   */
  @Transactional
  public Map<String, JobView> views(Collection<String> jobIds) {
    if (jobIds.isEmpty()) {
      return Map.of();
    }
    Map<String, Work> ofJobs = works.find(jobIds);
    return store.jobs(jobIds).stream()
        .filter(job -> ofJobs.containsKey(job.id))
        .map(job -> view(job, ofJobs.get(job.id), progress(ofJobs.get(job.id))))
        .collect(Collectors.toMap(JobView::id, Function.identity()));
  }

  /** A job's row, if there is such. */
  Optional<Job> find(String jobId) {
    return store.job(jobId);
  }

  Job required(String jobId) {
    return store
        .job(jobId)
        .orElseThrow(() -> new IllegalStateException("There is no job '" + jobId + "'"));
  }

  private JobView view(Job job, Work work, Optional<TrainingProgress> progress) {
    return new JobView(
        job.id,
        job.experiment,
        job.stage,
        status(work.state()),
        work.reason(),
        work.attempt(),
        work.failures(),
        work.queuedAt(),
        work.startedAt(),
        work.finishedAt(),
        progress.orElse(null),
        work.waitsFor(),
        folders.uri(job.id).toString());
  }

  /** The words of a job for where its work stands. */
  static JobStatus status(WorkState state) {
    return state == WorkState.WAITING ? JobStatus.QUEUED : JobStatus.valueOf(state.name());
  }

  /** The last train line that was told of. */
  static Optional<TrainingProgress> progress(Work work) {
    return ToldProgress.of(work.id(), work.progress()).lastTrainLine();
  }

  /** The last train line that was written, for those who ask about one job. */
  private Optional<TrainingProgress> latest(Work work) {
    Optional<TrainingProgress> told = progress(work);
    if (work.state().isTerminal() || work.attempt() == 0) {
      return told;
    }
    return LastProgress.of(folders.progress(work.id()))
        .filter(line -> told.isEmpty() || line.step() >= told.get().step())
        .or(() -> told);
  }

  /**
   * Readable, unique, and short enough for a Kubernetes name with the attempt's number behind it.
   */
  private String newId(String stage) {
    String readable = stage.length() > STAGE_PART ? stage.substring(0, STAGE_PART) : stage;
    return readable + "-" + ids.get().toString().substring(0, 8);
  }
}
