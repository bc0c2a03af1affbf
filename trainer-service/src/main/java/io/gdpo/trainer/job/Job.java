package io.gdpo.trainer.job;

import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.hibernate.annotations.DynamicUpdate;

/**
 * A training job: one stage's training, through all its attempts.
 *
 * <p>Only the changed columns are written back, since progress is updated beside the life cycle.
 */
@Entity
@DynamicUpdate
class Job extends PanacheEntityBase {
  @Id String id;
  String experiment;
  String stage;

  @Convert(converter = PlanColumn.class)
  JobPlan plan;

  @Enumerated(EnumType.STRING)
  JobStatus status;

  @Convert(converter = ReasonColumn.class)
  String reason;

  boolean cancelRequested;

  /** Processes started so far; also the number of the current one. */
  int attempts;

  /** Attempts that died by themselves; a process that ended with the service is not one. */
  int failures;

  Instant queuedAt;
  Instant startedAt;
  Instant finishedAt;

  @Convert(converter = ProgressColumn.class)
  TrainingProgress progress;

  /** Step of {@link #progress}, so that an older line never replaces a newer one; -1 before it. */
  long progressStep;

  static Optional<Job> withId(String id) {
    return findByIdOptional(id);
  }

  static List<Job> withIds(Collection<String> ids) {
    return list("id in ?1", ids);
  }

  /**
   * Jobs in this status, the longest waiting first, as the reconciler needs to see them: without
   * what of one job might be unreadable and would then hide all.
   */
  static List<Jobs.Standing> in(JobStatus status) {
    return find(
            "select id, experiment, attempts, cancelRequested, progressStep from Job where status = ?1"
                + " order by queuedAt, id",
            status)
        .project(Jobs.Standing.class)
        .list();
  }

  static List<Job> running() {
    return list("status", JobStatus.RUNNING);
  }

  static Optional<String> experimentOf(String id) {
    return find("select experiment from Job where id = ?1", id)
        .project(String.class)
        .firstResultOptional();
  }
}
