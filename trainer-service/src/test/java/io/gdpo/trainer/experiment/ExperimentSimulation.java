package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.PieceWriter;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.Phase;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.work.SimulatedTable;
import io.gdpo.platform.work.SimulatedTable.Fault;
import io.gdpo.platform.work.WorkReconciler;
import io.gdpo.platform.work.Works;
import io.gdpo.trainer.job.JobEnded;
import io.gdpo.trainer.job.Jobs;
import io.gdpo.trainer.job.SimulatedJobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * One history of experiments, by seed: two replicas of trainer-service run its own {@link
 * Experiments}, {@link ExperimentFlow}, {@link PlanWork}, {@link Jobs} and {@link WorkReconciler}
 * over simulated time, processes, database and broker. Experiments are submitted and cancelled over
 * REST and by event, twice and under taken names; processes end in every way; datasets and
 * evaluations are answered in every way; events come late, twice, in another order and again from
 * long ago; replicas crash between any two writes, start again or are slow; some of it is poison.
 * After each event {@link ExperimentPromises} looks at what must hold.
 *
 * <p>Names of stages say what their jobs do where that is not left to chance: see {@link #train}.
 */
final class ExperimentSimulation {
  private static final int EVENTS = 200;
  private static final int EVENTS_TO_SETTLE = 600;
  private static final int NAMES = 5;
  private static final Duration LEASE = Duration.ofSeconds(10);

  /** The replica's process is gone; nothing in it may catch that. */
  private static final class Crash extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private final Random random;
  private final SimulatedTable table;
  private final SimulatedExperiments rows = new SimulatedExperiments();
  private final SimulatedJobs jobRows;
  private final SimulatedBroker broker;
  private final ArtifactStore artifacts;
  private final Map<String, Child> children = new LinkedHashMap<>();
  private final List<Replica> replicas;
  private final Peers peers = new Peers();
  private final ExperimentPromises promises;
  private final boolean scripted;
  private final Deque<ExperimentScript.Command> toCome;
  private Instant now = Instant.EPOCH;
  private boolean calm;

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
    this.artifacts = Artifacts.at(URI.create("memory://experiments-" + fault + "-" + seed));
    this.table = new SimulatedTable(fault, this::perhapsCrash);
    this.table.addBeside(rows);
    this.jobRows = new SimulatedJobs(artifacts, table, seed);
    this.broker = new SimulatedBroker(table, random, fault == Fault.A_FACT_OUTSIDE_ITS_TRANSACTION);
    this.promises = new ExperimentPromises(seed, rows, jobRows, table, broker);
    this.replicas = List.of(new Replica("a"), new Replica("b"));
  }

  /** A process of an attempt. */
  static final class Child {
    final String folder;
    final int attempt;
    final String replica;
    boolean stopAsked;
    LaunchState state = new LaunchState.Running();

    Child(String folder, int attempt, String replica) {
      this.folder = folder;
      this.attempt = attempt;
      this.replica = replica;
    }

    boolean isAlive() {
      return state instanceof LaunchState.Running;
    }

    boolean isPlan() {
      return folder.startsWith("plans/");
    }

    String name() {
      return folder.substring(folder.indexOf('/') + 1);
    }
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
      views = new ExperimentViews(rows, jobs);
      PlanWork plans = 
          new PlanWork(rows, works, jobRows.lock(), flow, jobs, new Plans(), artifacts);
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
      promises.jobEnds(ended, name, children.values());
      flow.jobEnded(ended);
    }

    boolean isUp() {
      return reconciler != null;
    }

    /** Its processes end with it; what they had left by then is there. */
    void crash() {
      reconciler = null;
      for (Child child : children.values()) {
        if (child.replica.equals(name)) {
          if (child.isAlive() && random.nextInt(4) == 0) {
            leave(child, WorkOutcome.of(child.attempt, WorkOutcome.Status.STOPPED, null));
          }
          child.state = new LaunchState.Gone();
        }
      }
    }

    void handle(Event event) {
      if (event instanceof ExperimentSubmitted it) {
        experiments.submit(it.spec());
      } else if (event instanceof ExperimentCancelRequested it) {
        if (experiments.cancel(it.experiment()).isEmpty()) {
          throw ProblemException.notFound("experiment", it.experiment());
        }
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
      perhapsCrash();
      String folder =
          request.arguments().get(2).replaceFirst("^memory://[^/]*/", "").replace("/job.json", "");
      Child child = new Child(folder, Integer.parseInt(request.arguments().get(4)), name);
      if (!child.isPlan() && jobRows.stageOf(child.name()).startsWith("unstartable")) {
        throw new UncheckedIOException(new IOException("no space left on device"));
      }
      promises.require(
          children.put(request.name(), child) == null, request.name() + " was launched twice");
      perhapsCrash();
    }

    @Override
    public LaunchState status(String process) {
      Child child = children.get(process);
      return child == null || !child.replica.equals(name) ? new LaunchState.Gone() : child.state;
    }

    @Override
    public void cancel(String process) {
      Child child = children.get(process);
      if (child != null && child.replica.equals(name)) {
        child.stopAsked = true;
      }
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

  /** dataset-service and evaluator-service, as they answer on the broker. */
  private final class Peers {
    private enum State {
      BUSY,
      ENDED
    }

    /** What they do, and how that ended, by the id of the dataset or the evaluation. */
    private final Map<String, State> doing = new LinkedHashMap<>();

    private final Map<String, Event> answers = new LinkedHashMap<>();
    private final Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();

    void hear(Event event) {
      if (scripted) {
        ExperimentScript.answer(event).ifPresent(broker::publish);
        return;
      }
      if (event instanceof DatasetRequested it) {
        ask(it.datasetId(), DatasetReady.class);
      } else if (event instanceof DatasetCancelRequested it) {
        cancel(it.datasetId(), new DatasetCancelled(it.datasetId(), it.reason()));
      } else if (event instanceof CheckpointSaved it) {
        checkpoints.put(it.checkpoint().id(), it.checkpoint());
        ask(it.checkpoint().id(), EvaluationCompleted.class);
      } else if (event instanceof EvaluationCancelRequested it) {
        cancel(
            it.evaluationId(),
            new EvaluationCancelled(it.evaluationId(), it.checkpointId(), null, null, it.reason()));
      }
    }

    /** What is there is told again; what failed or was cancelled is done anew. */
    private void ask(String id, Class<? extends Event> good) {
      if (doing.get(id) == State.ENDED && good.isInstance(answers.get(id))) {
        broker.publish(answers.get(id));
      } else {
        doing.put(id, State.BUSY);
      }
    }

    private void cancel(String id, Event cancelled) {
      if (doing.get(id) == State.ENDED) {
        broker.publish(answers.get(id));
      } else {
        end(id, cancelled);
      }
    }

    private void end(String id, Event answer) {
      doing.put(id, State.ENDED);
      answers.put(id, answer);
      broker.publish(answer);
    }

    /** Something that is done is done. */
    void work() {
      List<String> busy =
          doing.keySet().stream().filter(id -> doing.get(id) == State.BUSY).toList();
      if (busy.isEmpty()) {
        return;
      }
      String id = busy.get(random.nextInt(busy.size()));
      boolean fails = random.nextInt(8) == 0;
      Checkpoint checkpoint = checkpoints.get(id);
      if (checkpoint == null) {
        end(
            id,
            fails
                ? new DatasetFailed(id, "row 3: no such group")
                : new DatasetReady(id, "file:/datasets/" + id, Map.of("train", 8L)));
      } else {
        end(
            id,
            fails
                ? new EvaluationFailed(
                    id, id, checkpoint.experiment(), checkpoint.stage(), "no test split")
                : new EvaluationCompleted(
                    id,
                    id,
                    checkpoint.experiment(),
                    checkpoint.stage(),
                    Map.of("jsd", 0.1),
                    "file:/evaluations/" + id));
      }
    }

    boolean isIdle() {
      return !doing.containsValue(State.BUSY);
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
    } else if (what < 36) {
      pass(replica);
    } else if (what < 50) {
      broker.relay(random.nextInt(20) == 0);
    } else if (what < 66) {
      broker.next().ifPresent(delivery -> deliver(replica, delivery));
    } else if (what < 72) {
      peers.work();
    } else if (what < 90) {
      child().ifPresent(this::goOn);
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
      request(replica, () -> replica.experiments.submit(spec));
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
      request(replica, () -> replica.experiments.cancel(name));
    }
  }

  private void cancelJob(Replica replica) {
    List<String> ids = jobRows.ids();
    if (!ids.isEmpty() && !scripted) {
      request(replica, () -> jobRows.cancel(replica.jobs, ids.get(random.nextInt(ids.size()))));
    }
  }

  /** Over REST: what is refused is told at once, and a crash loses the request. */
  private void request(Replica replica, Runnable request) {
    if (replica.isUp()) {
      alive(
          replica,
          () -> {
            try {
              inTransaction(request);
            } catch (InvalidSpecException | ProblemException refused) {
              // Its sender knows.
            }
          });
    }
  }

  /** A record is settled when it was handled, known, or refused. */
  private void deliver(Replica replica, SimulatedBroker.Delivery delivery) {
    peersHear(delivery);
    if (!replica.isUp()) {
      return;
    }
    alive(
        replica,
        () -> {
          try {
            inTransaction(
                () -> {
                  if (broker.isNew(delivery)) {
                    replica.handle(delivery.event());
                  }
                });
          } catch (InvalidSpecException | ProblemException refused) {
            // It lies in the dead letter topic.
          }
          perhapsCrash();
          broker.settled(delivery);
        });
  }

  private void peersHear(SimulatedBroker.Delivery delivery) {
    if (promises.isFirstTime(delivery.id())) {
      peers.hear(delivery.event());
    }
  }

  private void pass(Replica replica) {
    if (replica.isUp()) {
      alive(replica, replica.reconciler::pass);
    }
  }

  private void inTransaction(Runnable change) {
    table.inTransaction(
        () -> {
          change.run();
          return null;
        });
  }

  /** What a replica does until it is done, or the replica's process is gone. */
  private void alive(Replica replica, Runnable deed) {
    try {
      deed.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable crash) {
      if (!(crash instanceof Crash)) {
        throw new IllegalStateException(crash);
      }
      replica.crash();
    }
  }

  private void perhapsCrash() {
    if (!calm && random.nextInt(80) == 0) {
      throw ExperimentSimulation.<RuntimeException>sneaky(new Crash());
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneaky(Throwable any) throws T {
    throw (T) any;
  }

  private Optional<Child> child() {
    List<Child> alive = children.values().stream().filter(Child::isAlive).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  private void goOn(Child child) {
    if (child.stopAsked) {
      leave(child, WorkOutcome.of(child.attempt, WorkOutcome.Status.STOPPED, null));
      child.state = new LaunchState.Ended(ExitCode.STOPPED);
    } else if (child.isPlan()) {
      plan(child);
    } else {
      train(child, jobRows.stageOf(child.name()));
    }
  }

  private void plan(Child child) {
    switch (scripted ? 7 : random.nextInt(8)) {
      case 0 -> child.state = new LaunchState.Ended(ExitCode.KILLED);
      case 1 ->
          end(
              child,
              new ExperimentPlan(
                  List.of(new SpecProblem("model.path", "is quantised and cannot be trained")),
                  null));
      default -> end(child, new ExperimentPlan(List.of(), null));
    }
  }

  private void train(Child child, String stage) {
    if (stage.equals("slow")) {
      progress(child);
    } else if (stage.equals("diverging")) {
      fail(child, WorkOutcome.Status.FAILED, ExitCode.FAILED);
    } else if (stage.equals("crash-always") || (stage.equals("crash-once") && child.attempt == 1)) {
      child.state = new LaunchState.Ended(ExitCode.KILLED);
    } else {
      switch (scripted ? 9 : random.nextInt(10)) {
        case 0 -> fail(child, WorkOutcome.Status.FAILED, ExitCode.FAILED);
        case 1 -> fail(child, WorkOutcome.Status.BROKEN, ExitCode.BROKEN);
        case 2 -> child.state = new LaunchState.Ended(ExitCode.KILLED);
        case 3 -> child.state = new LaunchState.Evicted("somebody needed the place");
        case 4, 5 -> progress(child);
        default -> end(child, trained(child));
      }
    }
  }

  private TrainingResult trained(Child child) {
    String folder = artifacts.uri(child.folder).toString();
    return new TrainingResult(
        10,
        320,
        false,
        8L,
        0.5,
        Map.of("loss", 0.5),
        folder + "/best",
        folder + "/final",
        null,
        128,
        64,
        0.1,
        1000,
        1,
        1);
  }

  private void progress(Child child) {
    TrainingProgress line =
        new TrainingProgress(
            Phase.TRAIN, 1 + random.nextInt(9), 10, 32, 0.5, Map.of("loss", 0.5), 1000, 1);
    try (PieceWriter pieces = new PieceWriter(artifacts, child.folder + "/" + JobFolder.PROGRESS)) {
      pieces.add(Json.EVENTS.writeValueAsString(line));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void end(Child child, Object result) {
    leave(child, WorkOutcome.succeeded(child.attempt, result));
    child.state = new LaunchState.Ended(ExitCode.DONE);
  }

  private void fail(Child child, WorkOutcome.Status status, int code) {
    leave(child, WorkOutcome.of(child.attempt, status, "loss is NaN"));
    child.state = new LaunchState.Ended(code);
  }

  private void leave(Child child, WorkOutcome outcome) {
    try {
      artifacts.write(
          child.folder + "/" + WorkOutcome.FILE, Json.EVENTS.writeValueAsBytes(outcome));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing new is asked for and nothing crashes: all must come to its end. */
  private void settle() {
    calm = true;
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
      child().ifPresent(this::goOn);
      now = now.plusSeconds(1);
      endTheSlow();
    }
  }

  private void endTheSlow() {
    for (Experiment experiment : rows.all()) {
      if (!experiment.status.isTerminal()
          && !experiment.cancelRequested
          && experiment.spec.stages().stream().anyMatch(s -> s.name().equals("slow"))) {
        request(replicas.get(0), () -> replicas.get(0).experiments.cancel(experiment.name));
      }
    }
  }

  private boolean isSettled() {
    return toCome.isEmpty()
        && rows.all().stream().allMatch(experiment -> experiment.status.isTerminal())
        && broker.isIdle()
        && peers.isIdle()
        && children.values().stream().noneMatch(Child::isAlive);
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
