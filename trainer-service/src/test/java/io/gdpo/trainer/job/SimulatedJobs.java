package io.gdpo.trainer.job;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.security.Caller;
import io.gdpo.platform.work.SimulatedTable;
import io.gdpo.platform.work.WorkKind;
import io.gdpo.platform.work.Works;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;

/** The rows of jobs in memory, and the service's own parts upon them. */
public final class SimulatedJobs implements JobStore, SimulatedTable.Beside {
  /** A job of this stage has a row whose plan cannot be read. */
  public static final String UNREADABLE = "unreadable";

  private final ArtifactStore artifacts;
  private final SimulatedTable table;
  private final Random ids;
  private final Map<String, Job> rows = new TreeMap<>();
  private final List<String> addedNow = new ArrayList<>();

  public SimulatedJobs(ArtifactStore artifacts, SimulatedTable table, long seed) {
    this.artifacts = artifacts;
    this.table = table;
    this.ids = new Random(seed);
    table.addBeside(this);
  }

  public JobFolders folders() {
    return new JobFolders(artifacts);
  }

  /** Only one transaction is under way at a time. */
  public ExperimentLock lock() {
    return new ExperimentLock(null) {
      @Override
      public void take(String experiment) {
        if (!table.isInTransaction()) {
          throw new IllegalStateException("a lock is taken outside a transaction");
        }
      }
    };
  }

  public Jobs jobs(Works works, Outbox outbox, Consumer<JobEnded> ended) {
    return new Jobs(
        this,
        works,
        outbox,
        folders(),
        new Settings(),
        ended,
        () -> new UUID(ids.nextLong(), ids.nextLong()));
  }

  public WorkKind<TrainingResult> work(Jobs jobs, Works works, Outbox outbox) {
    return new TrainWork(jobs, table, works, lock(), folders(), new Settings(), outbox);
  }

  /** As by REST. */
  public void cancel(Jobs jobs, Outbox outbox, String jobId) {
    new JobCommands(lock(), jobs, outbox).cancel(jobId, null, Caller.ANYBODY);
  }

  /** Ids of all jobs. */
  public List<String> ids() {
    return List.copyOf(rows.keySet());
  }

  public String experimentOf(String jobId) {
    return rows.get(jobId).experiment;
  }

  public boolean has(String jobId) {
    return rows.containsKey(jobId);
  }

  public String stageOf(String jobId) {
    return rows.get(jobId).stage;
  }

  @Override
  public void add(Job job) {
    if (job.stage.startsWith(UNREADABLE)) {
      job.plan = null;
    }
    rows.put(job.id, job);
    addedNow.add(job.id);
  }

  @Override
  public Optional<Job> job(String id) {
    return Optional.ofNullable(rows.get(id));
  }

  @Override
  public List<Job> jobs(Collection<String> ids) {
    return rows.values().stream().filter(job -> ids.contains(job.id)).toList();
  }

  @Override
  public void begin() {
    addedNow.clear();
  }

  @Override
  public void commit() {
    addedNow.clear();
  }

  @Override
  public void rollBack() {
    addedNow.forEach(rows::remove);
  }

  private static final class Settings implements JobSettings {
    @Override
    public int maxParallel() {
      return 2;
    }

    @Override
    public OptionalInt threads() {
      return OptionalInt.of(1);
    }

    @Override
    public int maxAttempts() {
      return 3;
    }

    @Override
    public Duration pause() {
      return Duration.ofSeconds(1);
    }

    @Override
    public Duration grace() {
      return Duration.ofSeconds(60);
    }
  }
}
