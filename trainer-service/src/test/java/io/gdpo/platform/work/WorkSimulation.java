package io.gdpo.platform.work;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * One history of a service's work, by seed: two replicas run the service's own {@link
 * WorkReconciler} over simulated time, processes and database, while work is asked for, asked for
 * again, suspended, resumed and cancelled, processes end in every way, replicas crash between any
 * two writes, start again or are slow, and some of the work is poison. After each event the
 * promises are looked at.
 */
final class WorkSimulation {
  private static final int EVENTS = 120;
  private static final int EVENTS_TO_SETTLE = 400;
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final long seed;
  private final SimulatedTable.Fault fault;
  private final Random random;
  private final Crashes crashes;
  private final SimulatedTable table;
  private final ArtifactStore artifacts;
  private final Works works;
  private final Map<String, Child> children = new LinkedHashMap<>();
  private final Map<String, WorkState> ends = new HashMap<>();
  private final List<Replica> replicas = List.of(new Replica("a"), new Replica("b"));
  private Instant now = Instant.EPOCH;
  private BrokenPromise broken;
  private int event;

  WorkSimulation(long seed, SimulatedTable.Fault fault) {
    this.seed = seed;
    this.fault = fault;
    this.random = new Random(seed);
    this.crashes = new Crashes(random, 60);
    this.table = new SimulatedTable(fault, crashes::perhaps);
    this.artifacts = Artifacts.at(URI.create("memory://simulation-" + fault + "-" + seed));
    this.works = table.works(() -> now);
  }

  /** A process of an attempt. */
  private static final class Child {
    final String work;
    final int attempt;
    final Replica replica;
    boolean stopAsked;
    LaunchState state = new LaunchState.Running();

    Child(String work, int attempt, Replica replica) {
      this.work = work;
      this.attempt = attempt;
      this.replica = replica;
    }

    boolean isAlive() {
      return state instanceof LaunchState.Running;
    }
  }

  /** A service, over its lives. */
  private final class Replica implements JobLauncher {
    private final String name;
    private WorkReconciler reconciler;

    Replica(String name) {
      this.name = name;
    }

    void start() {
      reconciler =
          new WorkReconciler(
              table,
              this,
              artifacts,
              List.of(new Kind("build", 2, this), new Kind("train", 1, this)),
              () -> now,
              name,
              LEASE,
              () -> false);
    }

    /** Its processes end with it; what they had left by then is there. */
    void crash() {
      reconciler = null;
      for (Child child : children.values()) {
        if (child.replica == this && child.isAlive()) {
          if (random.nextInt(4) == 0) {
            leave(child, WorkOutcome.Status.STOPPED);
          }
          child.state = new LaunchState.Gone();
        } else if (child.replica == this) {
          child.state = new LaunchState.Gone();
        }
      }
    }

    @Override
    public void launch(LaunchRequest request) {
      crashes.perhaps();
      String id = request.arguments().get(2).replaceFirst(".*/work/", "").replace("/job.json", "");
      int attempt = Integer.parseInt(request.arguments().get(4));
      if (id.startsWith("unstartable")) {
        throw new UncheckedIOException(new IOException("no space left on device"));
      }
      require(
          table.facts().contains("started " + id + " " + attempt),
          request.name() + " runs, and nobody was told of it");
      require(
          !table.find(id).orElseThrow().suspended(), request.name() + " begins, and is suspended");
      require(
          children.put(request.name(), new Child(id, attempt, this)) == null,
          request.name() + " was launched twice");
      crashes.perhaps();
    }

    @Override
    public LaunchState status(String process) {
      Child child = children.get(process);
      boolean hidden =
          fault == SimulatedTable.Fault.A_CANCEL_TOLD_WHILE_ITS_PROCESS_RUNS
              && child != null
              && child.stopAsked;
      return child == null || child.replica != this || hidden
          ? new LaunchState.Gone()
          : child.state;
    }

    @Override
    public void cancel(String process) {
      Child child = children.get(process);
      if (child != null && child.replica == this) {
        child.stopAsked = true;
      }
    }

    @Override
    public void onExit(Consumer<String> listener) {}

    @Override
    public void close() {}
  }

  /** What the simulated service's work is; some of it is poison for the service itself. */
  private final class Kind implements WorkKind<Object> {
    private final String verb;
    private final int atOnce;
    private final Replica teller;

    Kind(String verb, int atOnce, Replica teller) {
      this.verb = verb;
      this.atOnce = atOnce;
      this.teller = teller;
    }

    @Override
    public String verb() {
      return verb;
    }

    @Override
    public WorkLimits limits() {
      return new WorkLimits(atOnce, 3, Duration.ofSeconds(1));
    }

    @Override
    public Class<Object> result() {
      return Object.class;
    }

    @Override
    public Order begin(Work work) {
      if (work.id().startsWith("unreadable")) {
        throw new IllegalStateException("what is to be done cannot be read");
      }
      table.tell("started " + work.id() + " " + work.attempt());
      return new Order(Map.of(), LaunchRequest.Needs.ofProcessors(1));
    }

    @Override
    public void ended(Work work, Optional<Object> result) {
      if (work.id().startsWith("untellable")) {
        throw new StackOverflowError("what it is for cannot be told");
      }
      // Another replica's process may run on where that was slow, and its lease ended.
      require(
          children.values().stream()
              .noneMatch(
                  child ->
                      child.isAlive()
                          && child.work.equals(work.id())
                          && child.replica.name.equals(teller.name)),
          work.id() + " is " + work.state() + ", and its process runs");
      table.tell("ended " + work.id() + " " + table.asks(work.id()));
    }
  }

  /** Runs the history to its end. */
  void run() {
    replicas.forEach(Replica::start);
    for (event = 0; event < EVENTS; event++) {
      happen();
      lookAtPromises();
    }
    settle();
    lookAtEnds();
  }

  private void happen() {
    int what = random.nextInt(100);
    Replica replica = replicas.get(random.nextInt(replicas.size()));
    if (what < 12) {
      ask();
    } else if (what < 17) {
      cancel();
    } else if (what < 20) {
      suspend();
    } else if (what < 60) {
      pass(replica);
    } else if (what < 85) {
      child().ifPresent(this::end);
    } else if (what < 88 && replica.reconciler != null) {
      replica.crash();
    } else if (what < 92 && replica.reconciler == null) {
      replica.start();
    } else {
      now = now.plusMillis(random.nextInt(3_000));
    }
  }

  private void ask() {
    String[] names = {"plain", "endless", "unreadable", "untellable", "unstartable"};
    int name = random.nextInt(10);
    String id = names[name < names.length ? name : 0] + "-" + random.nextInt(6);
    String kind = id.hashCode() % 2 == 0 ? "build" : "train";
    service(
        () ->
            table.inTransaction(
                () -> {
                  works.ask(id, kind, "work/" + id, null);
                  return null;
                }));
  }

  private void cancel() {
    any()
        .ifPresent(
            work ->
                service(
                    () ->
                        table.inTransaction(
                            () -> works.cancel(work.id(), "cancelled on request"))));
  }

  private void suspend() {
    boolean suspended = random.nextBoolean();
    any().ifPresent(work -> service(() -> suspend(work, suspended)));
  }

  private void suspend(Work work, boolean suspended) {
    table.inTransaction(
        () -> {
          works.suspend(work.id(), suspended);
          return null;
        });
  }

  private Optional<Work> any() {
    List<Work> all = new ArrayList<>(table.all());
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  /** A request that a replica handles: its crash loses the request, which comes again. */
  private void service(Runnable request) {
    Crashes.in(request, () -> {});
  }

  private void pass(Replica replica) {
    if (replica.reconciler != null) {
      Crashes.in(replica.reconciler::pass, replica::crash);
    }
  }

  private Optional<Child> child() {
    List<Child> alive = children.values().stream().filter(Child::isAlive).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  private void end(Child child) {
    if (child.stopAsked) {
      leave(child, WorkOutcome.Status.STOPPED);
      child.state = new LaunchState.Ended(ExitCode.STOPPED);
      return;
    }
    if (child.work.startsWith("endless")) {
      return;
    }
    switch (random.nextInt(8)) {
      case 0 -> {
        leave(child, WorkOutcome.Status.FAILED);
        child.state = new LaunchState.Ended(ExitCode.FAILED);
      }
      case 1 -> {
        leave(child, WorkOutcome.Status.BROKEN);
        child.state = new LaunchState.Ended(ExitCode.BROKEN);
      }
      case 2 -> child.state = new LaunchState.Ended(ExitCode.KILLED);
      case 3 -> child.state = new LaunchState.Evicted("somebody needed the place");
      default -> {
        leave(child, WorkOutcome.Status.SUCCEEDED);
        child.state = new LaunchState.Ended(ExitCode.DONE);
      }
    }
  }

  private void leave(Child child, WorkOutcome.Status status) {
    try {
      artifacts.write(
          "work/" + child.work + "/" + WorkOutcome.FILE,
          Json.EVENTS.writeValueAsBytes(
              status == WorkOutcome.Status.SUCCEEDED
                  ? WorkOutcome.succeeded(child.attempt, Map.of())
                  : WorkOutcome.of(child.attempt, status, null)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Nothing new is asked for and nothing crashes: all must come to its end. */
  private void settle() {
    crashes.end();
    replicas.stream().filter(replica -> replica.reconciler == null).forEach(Replica::start);
    List.copyOf(table.all()).forEach(work -> suspend(work, false));
    table.all().stream()
        .filter(work -> work.id().startsWith("endless"))
        .forEach(work -> table.inTransaction(() -> works.cancel(work.id(), "cancelled at last")));
    for (int round = 0; round < EVENTS_TO_SETTLE && !isSettled(); round++) {
      event++;
      replicas.forEach(this::pass);
      children.values().stream().filter(Child::isAlive).forEach(this::end);
      now = now.plusSeconds(1);
      lookAtPromises();
    }
  }

  private boolean isSettled() {
    return table.all().stream().allMatch(work -> work.state().isTerminal())
        && children.values().stream().noneMatch(Child::isAlive);
  }

  private void lookAtPromises() {
    if (broken != null) {
      throw broken;
    }
    Set<String> told = new HashSet<>();
    for (String fact : table.facts()) {
      require(told.add(fact), "'" + fact + "' was told twice");
    }
    for (Work work : table.all()) {
      if (work.state().isTerminal()) {
        WorkState before = ends.put(work.id() + " " + table.asks(work.id()), work.state());
        require(
            before == null || before == work.state(),
            work.id() + " had ended as " + before + " and is " + work.state());
      }
    }
  }

  private void lookAtEnds() {
    for (Work work : table.all()) {
      require(work.state().isTerminal(), work.id() + " never ends: " + work);
      if (!work.id().startsWith("untellable")) {
        for (int ask = 1; ask <= table.asks(work.id()); ask++) {
          require(
              table.facts().contains("ended " + work.id() + " " + ask),
              "nobody was told of the end of " + work.id());
        }
      }
    }
    children.forEach((name, child) -> require(!child.isAlive(), name + " runs for ever"));
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      fail(what);
    }
  }

  /** Thrown by {@link #lookAtPromises} too: the reconciler takes it for trouble with the work. */
  private void fail(String what) {
    broken = new BrokenPromise(seed, event, what);
    throw broken;
  }
}
