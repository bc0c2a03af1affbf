package io.gdpo.platform.work;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.platform.database.Failure;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRefusedException;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import io.gdpo.platform.log.LogFields;
import io.gdpo.platform.metric.Meters;
import io.gdpo.platform.work.WorkStore.Room;
import io.opentelemetry.context.Scope;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Brings what the rows say about work and what the machine does into agreement: lists, compares,
 * acts, again and again (level-triggered), so that a lost message or a killed service only delays
 * it.
 *
 * <p>A replica looks after the work that it has claimed, by a lease with a term: another one takes
 * over when it was not prolonged, and whatever the earlier holder still wants to write is refused.
 * What is to be done is decided by {@link WorkDecision}; what it means for the service is told to
 * its {@link WorkKind}, in the transaction that makes it true. Trouble with one piece of work holds
 * up no other: it is tried again, less and less often, and given up in the end.
 *
 * <p>Used by one thread. One class because a look at the work reads from top to bottom.
 */
public final class WorkReconciler {
  private static final Logger LOG = Logger.getLogger(WorkReconciler.class);

  private static final String JOB_FILE = "job.json";

  /** So that what runs is looked at in between, and another replica finds some work, too. */
  private static final int BEGUN_AT_ONCE = 50;

  /** Far more than a worker writes in days. */
  private static final int CONSOLE_LINES = 100_000;

  private final WorkStore store;
  private final JobLauncher launcher;
  private final ArtifactStore artifacts;
  private final OutcomeReader outcomes;
  private final List<WorkKind<?>> kinds;
  private final InstantSource clock;
  private final String replica;
  private final Duration lease;
  private final BooleanSupplier stopping;
  private final Troubles troubles;
  private final OrphanSweep orphans;

  private boolean adopted;

  /** When the leases were last prolonged. */
  private Instant renewed = Instant.MIN;

  /** Processes that were asked to stop. */
  private final Set<String> asked = new HashSet<>();

  /** Processes whose console was kept, until they are settled. */
  private final Set<String> kept = new HashSet<>();

  /** Names of processes that this replica launched, by their work. */
  private final Map<String, String> launched = new HashMap<>();

  /**
   * @param replica names this replica; one that is started again under the same name goes on with
   *     what it held
   * @param lease how long a claim lasts unless it is prolonged
   * @param stopping whether what is seen from now on may be the service's own end
   */
  public WorkReconciler(
      WorkStore store,
      JobLauncher launcher,
      ArtifactStore artifacts,
      List<WorkKind<?>> kinds,
      InstantSource clock,
      String replica,
      Duration lease,
      BooleanSupplier stopping) {
    this.store = store;
    this.launcher = launcher;
    this.artifacts = artifacts;
    this.outcomes = new OutcomeReader(artifacts);
    this.kinds = List.copyOf(kinds);
    this.clock = clock;
    this.replica = replica;
    this.lease = lease;
    this.stopping = stopping;
    this.troubles = new Troubles(LOG, "work", clock);
    this.orphans = new OrphanSweep(store, launcher, clock);
  }

  /** One look at everything; throws only while the database is away. */
  public void pass() {
    List<Work> held = held();
    stopWhatOthersHold(held);
    launcher.refresh();
    for (WorkKind<?> kind : kinds) {
      held.stream()
          .filter(work -> work.kind().equals(kind.verb()))
          .forEach(work -> attempt(kind, work));
    }
    for (WorkKind<?> kind : kinds) {
      Instant now = clock.instant();
      int places = kind.limits().maxParallel();
      Room room = new Room(places, launcher.isShared(), BEGUN_AT_ONCE - launcher.putOff());
      store
          .claim(kind.verb(), replica, now, now.plus(lease), room)
          .forEach(work -> attempt(kind, work));
    }
    orphans.perhaps();
  }

  /** What this replica holds, for longer from now on. */
  private List<Work> held() {
    return store.inTransaction(
        () -> {
          Instant until = clock.instant().plus(lease);
          if (!adopted) {
            store.adopt(replica, until);
          }
          List<Work> held = store.heldBy(replica);
          if (adopted && !held.isEmpty()) {
            store.renew(replica, until);
          }
          adopted = true;
          renewed = clock.instant();
          return held;
        });
  }

  /** A pass over much work takes longer than a lease lasts. */
  private void keepLeases() {
    Instant now = clock.instant();
    if (now.isAfter(renewed.plus(lease.dividedBy(3)))) {
      inTransaction(() -> store.renew(replica, now.plus(lease)));
      renewed = now;
    }
  }

  /** A lease that was lost while its process ran: another replica may run the next attempt. */
  private void stopWhatOthersHold(List<Work> held) {
    Map<String, String> mine = new HashMap<>();
    held.forEach(work -> mine.put(work.id(), work.processName()));
    launched
        .entrySet()
        .removeIf(
            entry -> {
              if (entry.getValue().equals(mine.get(entry.getKey()))) {
                return false;
              }
              if (launcher.isShared() && isCurrent(entry.getKey(), entry.getValue())) {
                return true;
              }
              launcher.cancel(entry.getValue());
              return !launcher.status(entry.getValue()).isAlive();
            });
  }

  /** Whether a process is the one that its work is done by, whoever looks after that. */
  private boolean isCurrent(String id, String process) {
    return store
        .find(id)
        .filter(work -> work.state() == WorkState.RUNNING)
        .filter(work -> work.processName().equals(process))
        .isPresent();
  }

  /** Keeps trouble with one piece of work from holding up the others. */
  private void attempt(WorkKind<?> kind, Work work) {
    if (stopping.getAsBoolean() || !troubles.isDue(work.id())) {
      return;
    }
    keepLeases();
    try (LogFields about = new LogFields();
        Scope trace = work.trace().goOn()) {
      about.with("work", work.id()).with("kind", work.kind()).with("subject", work.subject());
      if (work.state() == WorkState.WAITING) {
        begin(kind, work);
      } else {
        look(kind, work);
      }
    } catch (RuntimeException | Error e) {
      if (Failure.ofOwnDatabase(e) == Failure.OUTAGE) {
        throw e;
      }
      if (troubles.met(work.id(), e)) {
        giveUp(kind, work, e);
      }
    }
  }

  /**
   * Whether an earlier attempt still runs here: its lease was lost while this replica was slow, and
   * the work came back. It is asked to stop; nothing is done with the work, and nothing is told of
   * it, until that is gone.
   */
  private boolean runsFromBefore(Work waiting) {
    String earlier = launched.get(waiting.id());
    boolean runs = earlier != null && launcher.status(earlier).isAlive();
    if (runs && asked.add(earlier)) {
      launcher.cancel(earlier);
    }
    return runs;
  }

  private record Begun(Work work, WorkKind.Order order) {}

  private void begin(WorkKind<?> kind, Work waiting) {
    if (runsFromBefore(waiting)) {
      return;
    }
    Optional<Begun> begun =
        store.inTransaction(
            () ->
                fresh(kind, waiting)
                    .flatMap(
                        work -> {
                          WorkDecision decision = WorkDecision.ofWaiting(work, clock.instant());
                          if (decision instanceof WorkDecision.Begin begin) {
                            return Optional.of(begun(kind, begin.work()));
                          }
                          apply(kind, work, decision);
                          return Optional.empty();
                        }));
    begun.ifPresent(it -> launch(kind, it.work(), it.order()));
  }

  private Begun begun(WorkKind<?> kind, Work work) {
    store.update(work);
    WorkKind.Order order = kind.begin(work);
    if (!Objects.equals(work.pool(), order.needs().pool())) {
      store.update(work.on(order.needs().pool()));
    }
    Meters.count(ServiceMetric.WORK_ATTEMPTS, kind.verb());
    return new Begun(work, order);
  }

  private void launch(WorkKind<?> kind, Work work, WorkKind.Order order) {
    LOG.infof("Attempt %d begins, with %s", work.attempt(), order.needs());
    try {
      URI job = artifacts.write(work.folder() + "/" + JOB_FILE, order.json());
      launched.put(work.id(), work.processName());
      launcher.launch(
          new LaunchRequest(
              work.processName(),
              List.of(kind.verb(), "--job", job.toString(), "--attempt", "" + work.attempt()),
              outcomes.log(kind, work).file(),
              order.needs(),
              work.trace().addedTo(artifacts.settings())));
      troubles.over(work.id());
    } catch (UncheckedIOException | LaunchRefusedException e) {
      launched.remove(work.id());
      LOG.errorf("Attempt %d could not be started: %s", work.attempt(), Reason.of(e));
      settle(
          kind,
          work,
          it -> WorkDecision.ofNotStarted(it, Reason.of(e), clock.instant(), kind.limits()));
    }
  }

  private void look(WorkKind<?> kind, Work work) {
    LaunchState process = launcher.status(work.processName());
    if (!process.isAlive()) {
      keepConsole(kind, work);
    }
    Observation seen = outcomes.observed(kind, work, process);
    if (stopping.getAsBoolean()) {
      return;
    }
    kind.follow(work); // all that it tells is told before its end
    if (process.isAlive()) {
      troubles.over(work.id());
      tellWaitsFor(kind, work, process);
      if (WorkDecision.ofRunning(work, seen, clock.instant(), kind.limits())
              instanceof WorkDecision.Stop
          && asked.add(work.processName())) {
        LOG.infof("Attempt %d is asked to stop", work.attempt());
        launcher.cancel(work.processName());
      }
      return;
    }
    settle(kind, work, it -> WorkDecision.ofRunning(it, seen, clock.instant(), kind.limits()));
    asked.remove(work.processName());
    kept.remove(work.processName());
    launched.remove(work.id());
    troubles.over(work.id());
  }

  /** Once for each attempt, before it is settled; its place is cleared away after a while. */
  private void keepConsole(WorkKind<?> kind, Work work) {
    if (!kept.add(work.processName())) {
      return;
    }
    launcher
        .console(work.processName(), CONSOLE_LINES)
        .filter(lines -> !lines.isEmpty())
        .ifPresent(lines -> outcomes.log(kind, work).add(work.processName(), lines));
  }

  /** What an attempt waits for stands in its row, for people; written only when that changes. */
  private void tellWaitsFor(WorkKind<?> kind, Work work, LaunchState process) {
    String now = Reason.clean(WorkDecision.waitsFor(process));
    if (Objects.equals(now, work.waitsFor())) {
      return;
    }
    LOG.infof("Attempt %d %s", work.attempt(), now == null ? "runs" : "does not get on: " + now);
    inTransaction(() -> fresh(kind, work).ifPresent(it -> store.update(it.waits(now))));
  }

  /** Carries out what is decided of the row as it stands in the transaction. */
  private void settle(WorkKind<?> kind, Work work, Function<Work, WorkDecision> decision) {
    inTransaction(() -> fresh(kind, work).ifPresent(it -> apply(kind, it, decision.apply(it))));
  }

  private void inTransaction(Runnable change) {
    store.inTransaction(
        () -> {
          change.run();
          return null;
        });
  }

  /** The row, locked after what it is for; empty if it is another's by now. */
  private Optional<Work> fresh(WorkKind<?> kind, Work work) {
    kind.lock(work);
    return store
        .locked(work.id())
        .filter(
            it ->
                it.isHeld(replica, work.term())
                    && it.attempt() == work.attempt()
                    && it.state() == work.state());
  }

  private <R> void apply(WorkKind<R> kind, Work before, WorkDecision decision) {
    WorkMetrics.count(before, decision);
    if (decision instanceof WorkDecision.Again again) {
      Work work = again.work();
      LOG.warnf(
          "Attempt %d is over%s; the next one follows",
          work.attempt(), work.reason() == null ? "" : " (" + work.reason() + ")");
      store.update(work);
    } else if (decision instanceof WorkDecision.End end) {
      Work work = end.work();
      LOG.infof(
          "%s after attempt %d%s",
          work.state(), work.attempt(), work.reason() == null ? "" : ": " + work.reason());
      store.update(work);
      kind.ended(work, end.outcome().map(outcome -> OutcomeReader.result(kind, outcome)));
    }
  }

  /** Its place is for the next, whatever state its process and what it is for are in. */
  private void giveUp(WorkKind<?> kind, Work work, Throwable trouble) {
    String reason =
        "the service could not carry it on, tried "
            + Troubles.PATIENCE
            + " times: "
            + Reason.of(trouble);
    launcher.cancel(work.processName());
    try {
      settle(kind, work, it -> WorkDecision.ofGivenUp(it, reason, clock.instant()));
    } catch (RuntimeException | Error e) {
      if (Failure.ofOwnDatabase(e) == Failure.OUTAGE) {
        throw e;
      }
      LOG.error("The end of this work cannot be told to what it is for; only the work is ended", e);
      inTransaction(
          () ->
              store
                  .locked(work.id())
                  .filter(it -> it.isHeld(replica, work.term()))
                  .ifPresent(
                      it ->
                          store.update(
                              WorkDecision.ofGivenUp(it, reason, clock.instant()).work())));
    }
    troubles.over(work.id());
  }
}
