package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.ExperimentSuspendRequested;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Caller;
import io.gdpo.platform.work.Crashes;
import io.gdpo.platform.work.SimulatedTable;
import io.gdpo.platform.work.SimulatedTable.Fault;
import io.gdpo.platform.work.WorkReconciler;
import io.gdpo.platform.work.Works;
import io.gdpo.trainer.job.JobEnded;
import io.gdpo.trainer.job.Jobs;
import io.gdpo.trainer.job.SimulatedJobs;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One history of experiments, by seed: two replicas of trainer-service run its own {@link
 * Experiments}, {@link ExperimentFlow}, {@link PlanWork}, {@link Jobs} and {@link WorkReconciler}
 * over simulated time, processes, database and broker. Experiments are submitted, suspended,
 * resumed and cancelled over REST and by event, twice and under taken names; processes end in every
 * way; datasets and evaluations are answered in every way; events come late, twice, in another
 * order and again from long ago; replicas crash between any two writes, start again or are slow;
 * some of it is poison. After each event {@link ExperimentPromises} looks at what must hold.
 *
 * <p>Names of stages say what their jobs do where that is not left to chance: see {@link
 * SimulatedWorkers}.
 */
final class ExperimentSimulation {
  private static final int EVENTS = 200;
  private static final int EVENTS_TO_SETTLE = 600;
  private static final int NAMES = 5;
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final Random random;
  private final Crashes crashes;
  private final SimulatedTable table;
  private final SimulatedExperiments rows = new SimulatedExperiments();
  private final SimulatedJobs jobRows;
  private final SimulatedBroker broker;
  private final ArtifactStore artifacts;
  private final SimulatedWorkers workers;
  private final List<Replica> replicas;
  private final SimulatedPeers peers;
  private final ExperimentPromises promises;
  private final boolean scripted;
  private final Deque<ExperimentScript.Command> toCome;
  private Instant now = Instant.EPOCH;

  /** A history in which all is left to chance. */
  ExperimentSimulation(long seed, Fault fault) {
    this(seed, fault, Optional.empty());
  }

  /** A history in which this is asked, and only the course is left to chance. */
  ExperimentSimulation(long seed, ExperimentScript script) {
    this(seed, Fault.NONE, Optional.of(script));
  }

  private ExperimentSimulation(long seed, Fault fault, Optional<ExperimentScript> script) {
    this.scripted = script.isPresent();
    this.toCome = new ArrayDeque<>(script.map(ExperimentScript::commands).orElse(List.of()));
    this.random = new Random(seed);
    this.crashes = new Crashes(random, 80);
    this.artifacts = Artifacts.at(URI.create("memory://experiments-" + fault + "-" + seed));
    this.table = new SimulatedTable(fault, crashes::perhaps);
    this.table.addBeside(rows);
    this.jobRows = new SimulatedJobs(artifacts, table, seed);
    this.broker = new SimulatedBroker(table, random, fault == Fault.A_FACT_OUTSIDE_ITS_TRANSACTION);
    this.workers = new SimulatedWorkers(artifacts, rows, jobRows, random, scripted);
    this.peers = new SimulatedPeers(broker, random, scripted);
    this.promises = new ExperimentPromises(seed, rows, jobRows, table, broker);
    this.replicas = List.of(new Replica("a"), new Replica("b"));
  }

  /** A service, over its lives. */
  private final class Replica implements JobLauncher {
    private final String name;
    private WorkReconciler reconciler;
    private Experiments experiments;
    private ExperimentFlow flow;
    private ExperimentViews views;
    private Jobs jobs;

    Replica(String name) {
      this.name = name;
    }

    void start() {
      Works works = table.works(() -> now);
      jobs = jobRows.jobs(works, broker, this::ended);
      flow = new ExperimentFlow(rows, jobRows.lock(), broker, jobs, jobRows.folders());
      PlanWork plans =
          new PlanWork(rows, works, jobRows.lock(), flow, jobs, new Plans(), artifacts, null);
      views = new ExperimentViews(rows, jobs, plans);
      experiments = new Experiments(rows, jobRows.lock(), broker, jobs, flow, plans, views);
      reconciler =
          new WorkReconciler(
              table,
              this,
              artifacts,
              List.of(plans, jobRows.work(jobs, works, broker)),
              () -> now,
              name,
              LEASE,
              () -> false);
    }

    private void ended(JobEnded ended) {
      promises.jobEnds(ended, name, workers.all());
      flow.jobEnded(ended);
    }

    boolean isUp() {
      return reconciler != null;
    }

    /** Its processes end with it; what they had left by then is there. */
    void crash() {
      reconciler = null;
      workers.end(name);
    }

    void handle(Event event) {
      if (event instanceof ExperimentSubmitted it) {
        experiments.submitByEvent(it.spec(), Caller.ANYBODY);
      } else if (event instanceof ExperimentCancelRequested it) {
        promises.asksToEnd(it.experiment());
        experiments.cancelByEvent(it.experiment(), Caller.ANYBODY);
      } else if (event instanceof ExperimentSuspendRequested it) {
        experiments.suspendByEvent(it.experiment(), it.suspend(), Caller.ANYBODY);
      } else if (event instanceof DatasetReady it) {
        flow.datasetReady(it);
      } else if (event instanceof DatasetFailed it) {
        flow.datasetFailed(it);
      } else if (event instanceof DatasetCancelled it) {
        flow.datasetCancelled(it);
      } else if (event instanceof EvaluationCompleted it) {
        flow.evaluationCompleted(it);
      } else if (event instanceof EvaluationFailed it) {
        flow.evaluationFailed(it);
      } else if (event instanceof EvaluationCancelled it) {
        flow.evaluationCancelled(it);
      }
    }

    @Override
    public void launch(LaunchRequest request) {
      crashes.perhaps();
      promises.require(workers.launch(request, name), request.name() + " was launched twice");
      promises.begins(request);
      crashes.perhaps();
    }

    @Override
    public LaunchState status(String process) {
      return workers.of(name, process).map(it -> it.state).orElseGet(LaunchState.Gone::new);
    }

    @Override
    public void cancel(String process) {
      workers.of(name, process).ifPresent(it -> it.stopAsked = true);
    }

    @Override
    public void onExit(Consumer<String> listener) {}

    @Override
    public void close() {}
  }

  private static final class Plans implements PlanSettings {
    @Override
    public int maxParallel() {
      return 2;
    }

    @Override
    public int maxAttempts() {
      return 2;
    }

    @Override
    public Duration pause() {
      return Duration.ofSeconds(1);
    }

    @Override
    public boolean askHub() {
      return true;
    }

    @Override
    public Duration patience() {
      return Duration.ZERO;
    }
  }

  /** Runs the history to its end. */
  void run() {
    replicas.forEach(Replica::start);
    for (int event = 0; event < EVENTS; event++) {
      happen();
      promises.look();
    }
    settle();
    promises.lookAtEnds();
    rows.all().forEach(experiment -> replicas.get(0).views.of(experiment));
  }

  private void happen() {
    int what = random.nextInt(100);
    Replica replica = replicas.get(random.nextInt(replicas.size()));
    if (what < 5) {
      submit(replica);
    } else if (what < 8) {
      cancel(replica);
    } else if (what < 10) {
      cancelJob(replica);
    } else if (what < 13) {
      suspend(replica);
    } else if (what < 36) {
      pass(replica);
    } else if (what < 50) {
      broker.relay(random.nextInt(20) == 0);
    } else if (what < 66) {
      broker.next().ifPresent(delivery -> deliver(replica, delivery));
    } else if (what < 72) {
      peers.work();
    } else if (what < 90) {
      workers.any().ifPresent(workers::goOn);
    } else if (what < 92 && replica.isUp()) {
      replica.crash();
    } else if (what < 95 && !replica.isUp()) {
      replica.start();
    } else {
      now = now.plusMillis(random.nextInt(3_000));
    }
  }

  private void submit(Replica replica) {
    if (scripted) {
      command(replica);
      return;
    }
    ExperimentSpec spec = ExperimentSpecs.any(random, NAMES);
    if (random.nextBoolean()) {
      broker.publish(new ExperimentSubmitted(spec));
    } else {
      request(replica, () -> replica.experiments.submit(spec, Caller.ANYBODY));
    }
  }

  /** The next of the script; one that a crash has lost is sent again. */
  private void command(Replica replica) {
    if (toCome.isEmpty() || !replica.isUp()) {
      return;
    }
    ExperimentScript.Command next = toCome.peek();
    if (next.byEvent()) {
      broker.publish(next.event());
    } else {
      request(replica, () -> replica.handle(next.event()));
    }
    if (replica.isUp()) {
      toCome.remove();
    }
  }

  private void cancel(Replica replica) {
    if (scripted) {
      return;
    }
    String name = ExperimentSpecs.name(random.nextInt(NAMES + 1)); // the last is nobody's
    if (random.nextBoolean()) {
      broker.publish(new ExperimentCancelRequested(name));
    } else {
      promises.asksToEnd(name);
      request(replica, () -> replica.experiments.cancel(name, Caller.ANYBODY));
    }
  }

  private void suspend(Replica replica) {
    if (scripted) {
      return;
    }
    String name = ExperimentSpecs.name(random.nextInt(NAMES + 1)); // the last is nobody's
    boolean suspended = random.nextInt(3) != 0;
    if (random.nextBoolean()) {
      request(replica, () -> replica.experiments.suspend(name, suspended, Caller.ANYBODY));
    } else {
      broker.publish(new ExperimentSuspendRequested(name, suspended));
    }
  }

  private void cancelJob(Replica replica) {
    List<String> ids = jobRows.ids();
    if (!ids.isEmpty() && !scripted) {
      String id = ids.get(random.nextInt(ids.size()));
      promises.asksToEnd(jobRows.experimentOf(id));
      request(replica, () -> jobRows.cancel(replica.jobs, broker, id));
    }
  }

  /** Over REST: what is refused is told at once, and a crash loses the request. */
  private void request(Replica replica, Runnable request) {
    if (replica.isUp()) {
      Crashes.in(
          () -> {
            try {
              inTransaction(request);
            } catch (InvalidSpecException | ProblemException refused) {
              // Its sender knows.
            }
          },
          replica::crash);
    }
  }

  /** A record is settled when it was handled, known, or refused. */
  private void deliver(Replica replica, SimulatedBroker.Delivery delivery) {
    peersHear(delivery);
    if (!replica.isUp()) {
      return;
    }
    Crashes.in(
        () -> {
          try {
            inTransaction(
                () -> {
                  if (broker.isNew(delivery)) {
                    promises.mayTellAgain(delivery.event());
                    replica.handle(delivery.event());
                  }
                });
          } catch (InvalidSpecException | ProblemException refused) {
            // It lies in the dead letter topic.
          }
          crashes.perhaps();
          broker.settled(delivery);
        },
        replica::crash);
  }

  private void peersHear(SimulatedBroker.Delivery delivery) {
    if (promises.isFirstTime(delivery.id())) {
      peers.hear(delivery.event());
    }
  }

  private void pass(Replica replica) {
    if (replica.isUp()) {
      Crashes.in(replica.reconciler::pass, replica::crash);
    }
  }

  private void inTransaction(Runnable change) {
    table.inTransaction(
        () -> {
          change.run();
          return null;
        });
  }

  /** Nothing new is asked for and nothing crashes: all must come to its end. */
  private void settle() {
    crashes.end();
    replicas.stream().filter(replica -> !replica.isUp()).forEach(Replica::start);
    for (int round = 0; round < EVENTS_TO_SETTLE && !isSettled(); round++) {
      command(replicas.get(0));
      for (Replica replica : replicas) {
        pass(replica);
        promises.look();
      }
      broker.relay(false);
      broker.next().ifPresent(it -> deliver(replicas.get(random.nextInt(2)), it));
      promises.look();
      peers.work();
      workers.any().ifPresent(workers::goOn);
      now = now.plusSeconds(1);
      endTheSlow();
      resumeTheSuspended();
    }
  }

  private void endTheSlow() {
    for (Experiment experiment : rows.all()) {
      if (!experiment.status.isTerminal()
          && !experiment.cancelRequested
          && experiment.spec.stages().stream().anyMatch(s -> s.name().equals("slow"))) {
        promises.asksToEnd(experiment.name);
        request(
            replicas.get(0),
            () -> replicas.get(0).experiments.cancel(experiment.name, Caller.ANYBODY));
      }
    }
  }

  private void resumeTheSuspended() {
    for (Experiment experiment : rows.all()) {
      if (!experiment.status.isTerminal() && experiment.suspended) {
        request(
            replicas.get(0),
            () -> replicas.get(0).experiments.suspend(experiment.name, false, Caller.ANYBODY));
      }
    }
  }

  private boolean isSettled() {
    return toCome.isEmpty()
        && rows.all().stream().allMatch(experiment -> experiment.status.isTerminal())
        && broker.isIdle()
        && peers.isIdle()
        && workers.all().stream().noneMatch(SimulatedWorkers.Child::isAlive);
  }

  /** How experiments ended. */
  Set<ExperimentStatus> ends() {
    return rows.all().stream().map(experiment -> experiment.status).collect(Collectors.toSet());
  }

  /** The rows at the end of a script. */
  List<String> rows(ExperimentScript script) {
    return ExperimentScript.rows(
        rows, script.prefix(), rows.all().stream().map(experiment -> experiment.name).toList());
  }
}
