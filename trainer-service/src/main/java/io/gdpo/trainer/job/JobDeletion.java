package io.gdpo.trainer.job;

import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.retention.Discarded;
import io.gdpo.platform.work.Works;
import io.quarkus.hibernate.orm.panache.Panache;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;

/** Takes jobs away with what they made. */
@ApplicationScoped
public class JobDeletion {
  private final Works works;
  private final Discarded discarded;
  private final Outbox outbox;

  JobDeletion(Works works, Discarded discarded, Outbox outbox) {
    this.works = works;
    this.discarded = discarded;
    this.outbox = outbox;
  }

  /** Ids of all jobs that an experiment ever had. */
  public List<String> of(String experiment) {
    return Job.find("select id from Job where experiment = ?1", experiment)
        .project(String.class)
        .list();
  }

  /**
   * Deletes an experiment's jobs: rows, models, checkpoints, progress and logs. The caller holds
   * the experiment's lock, and no stage names a job any more.
   *
   * @throws ProblemException (409) if one of them is not over
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void delete(String experiment) {
    for (Job job : Job.<Job>list("experiment", experiment)) {
      works
          .find(job.id)
          .filter(work -> !work.state().isTerminal())
          .ifPresent(
              work -> {
                throw ProblemException.conflict(
                    "Job '" + job.id + "' of it is still " + Jobs.status(work.state()));
              });
      works.forget(job.id);
      discarded.add(JobFolders.key(job.id));
      outbox.send(new CheckpointsDeleted(job.id, job.experiment, job.stage));
      job.delete();
    }
  }

  /**
   * Deletes what jobs that ended long ago could have gone on from, and leaves their models.
   *
   * @param most jobs at one time
   * @return how many jobs
   */
  @Transactional
  public int deleteCheckpoints(Instant endedBefore, int most) {
    // Past the entity: the rest of a row that cannot be read stays as it is.
    List<String> ids =
        Panache.getSession()
            .createNativeQuery(
                "update job set checkpoints_deleted = true where id in (select j.id from job j"
                    + " join work w on w.id = j.id where not j.checkpoints_deleted"
                    + " and w.state not in ('WAITING', 'RUNNING') and w.finished_at < ?1"
                    + " order by w.finished_at limit ?2 for update of j skip locked) returning id",
                String.class)
            .setParameter(1, endedBefore)
            .setParameter(2, most)
            .getResultList();
    ids.forEach(id -> discarded.add(JobFolders.key(id) + "/" + JobFolder.CHECKPOINTS, null));
    return ids.size();
  }
}
