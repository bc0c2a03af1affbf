package io.gdpo.trainer.experiment;

import io.gdpo.platform.retention.OwnFolders;
import io.gdpo.trainer.job.JobDeletion;
import io.quarkus.scheduler.Scheduled;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;

/** Deletes what was kept long enough, and says which folders of the store are this service's. */
@ApplicationScoped
class ExperimentRetention {
  private static final Logger LOG = Logger.getLogger(ExperimentRetention.class);
  private static final int AT_ONCE = 100;

  private final ExperimentDeletion deletion;
  private final JobDeletion jobs;
  private final ExperimentRetentionSettings settings;

  ExperimentRetention(
      ExperimentDeletion deletion, JobDeletion jobs, ExperimentRetentionSettings settings) {
    this.deletion = deletion;
    this.jobs = jobs;
    this.settings = settings;
  }

  @Produces
  OwnFolders ofJobs() {
    return new OwnFolders("jobs", "select id from job where id = any (?)");
  }

  @Produces
  OwnFolders ofPlans() {
    return new OwnFolders("plans", "select name from experiment where name = any (?)");
  }

  @Scheduled(
      every = "{gdpo.retention.every}",
      delayed = "30s",
      skipExecutionIf = Scheduled.ApplicationNotRunning.class)
  void deleteWhatIsOld() {
    settings.experiments().ifPresent(this::deleteExperiments);
    settings.checkpoints().ifPresent(this::deleteCheckpoints);
  }

  private void deleteExperiments(Duration kept) {
    Instant before = Instant.now().minus(kept);
    deletion.endedBefore(before).forEach(name -> deletion.expire(name, before));
  }

  private void deleteCheckpoints(Duration kept) {
    Instant before = Instant.now().minus(kept);
    int all = 0;
    int now;
    do {
      now = jobs.deleteCheckpoints(before, AT_ONCE);
      all += now;
    } while (now == AT_ONCE);
    if (all > 0) {
      LOG.infof("Checkpoints of %d jobs that ended before %s are deleted", all, before);
    }
  }
}
