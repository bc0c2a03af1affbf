package io.gdpo.trainer.job;

import io.gdpo.contracts.view.JobView;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Caller;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;

/** What people ask of jobs, by REST and by event alike. */
@ApplicationScoped
class JobCommands {
  private final ExperimentLock lock;
  private final Jobs jobs;
  private final Outbox outbox;

  JobCommands(ExperimentLock lock, Jobs jobs, Outbox outbox) {
    this.lock = lock;
    this.jobs = jobs;
    this.outbox = outbox;
  }

  /**
   * Asks a job to stop; one that has ended stays as it is.
   *
   * @param reason why; null if that is not told
   * @return the job as it stands now
   * @throws ProblemException if there is no such job, or it is of somebody else's experiment
   */
  @Transactional
  JobView cancel(String id, String reason, Caller caller) {
    Job job =
        jobs.find(ProblemException.possible("job", id))
            .orElseThrow(() -> ProblemException.notFound("job", id));
    lock.take(job.experiment);
    if (!caller.mayChange(job.owner)) {
      throw ProblemException.forbidden(
          "Job '"
              + id
              + "' is of "
              + job.owner
              + "'s experiment '"
              + job.experiment
              + "', and you are "
              + caller.name()
              + "; its owner or an operator may end it");
    }
    jobs.cancel(id, reason);
    return jobs.view(id).orElseThrow();
  }

  /** The same by an event, whose sender waits for the answer: an end is told again. */
  @Transactional
  void cancelByEvent(String id, String reason, Caller caller) {
    JobView job = cancel(id, reason, caller);
    if (job.status().isTerminal()) {
      outbox.send(Jobs.end(job.id(), job.experiment(), job.stage(), job.status(), job.reason()));
    }
  }
}
