package io.gdpo.trainer.experiment;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.PieceWriter;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.Phase;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import io.gdpo.trainer.job.SimulatedJobs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** The processes that replicas launched, and what they come to. */
final class SimulatedWorkers {
  private final ArtifactStore artifacts;
  private final SimulatedExperiments rows;
  private final SimulatedJobs jobs;
  private final Random random;
  private final boolean scripted;
  private final Map<String, Child> children = new LinkedHashMap<>();

  SimulatedWorkers(
      ArtifactStore artifacts,
      SimulatedExperiments rows,
      SimulatedJobs jobs,
      Random random,
      boolean scripted) {
    this.artifacts = artifacts;
    this.rows = rows;
    this.jobs = jobs;
    this.random = random;
    this.scripted = scripted;
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

  Collection<Child> all() {
    return children.values();
  }

  /** Those of a replica end with it; what they had left by then is there. */
  void end(String replica) {
    for (Child child : children.values()) {
      if (child.replica.equals(replica)) {
        if (child.isAlive() && random.nextInt(4) == 0) {
          leave(child, WorkOutcome.of(child.attempt, WorkOutcome.Status.STOPPED, null));
        }
        child.state = new LaunchState.Gone();
      }
    }
  }

  /**
   * A replica launches a process.
   *
   * @return false if there was one of this name
   */
  boolean launch(LaunchRequest request, String replica) {
    String folder =
        request.arguments().get(2).replaceFirst("^memory://[^/]*/", "").replace("/job.json", "");
    Child child = new Child(folder, Integer.parseInt(request.arguments().get(4)), replica);
    if (!child.isPlan() && jobs.stageOf(child.name()).startsWith("unstartable")) {
      throw new UncheckedIOException(new IOException("no space left on device"));
    }
    return children.put(request.name(), child) == null;
  }

  /** A process, as the replica sees it that launched it. */
  Optional<Child> of(String replica, String process) {
    return Optional.ofNullable(children.get(process)).filter(it -> it.replica.equals(replica));
  }

  /** Some process that runs. */
  Optional<Child> any() {
    List<Child> alive = children.values().stream().filter(Child::isAlive).toList();
    return alive.isEmpty()
        ? Optional.empty()
        : Optional.of(alive.get(random.nextInt(alive.size())));
  }

  /** It comes further, or to its end. */
  void goOn(Child child) {
    if (child.stopAsked) {
      leave(child, WorkOutcome.of(child.attempt, WorkOutcome.Status.STOPPED, null));
      child.state = new LaunchState.Ended(ExitCode.STOPPED);
    } else if (child.isPlan()) {
      plan(child);
    } else {
      train(child, jobs.stageOf(child.name()));
    }
  }

  private void plan(Child child) {
    switch (scripted ? 7 : random.nextInt(8)) {
      case 0 -> child.state = new LaunchState.Ended(ExitCode.KILLED);
      case 1 ->
          end(
              child,
              ExperimentPlan.ofProblems(
                  List.of(new SpecProblem("model.path", "is quantised and cannot be trained"))));
      default -> end(child, ExperimentPlan.ofProblems(List.of()).withSource(source(child), null));
    }
  }

  /** The hash of the source; several experiments have one in common. */
  private String source(Child plan) {
    String experiment = plan.name();
    return rows.experiment(experiment)
        .filter(it -> it.spec.dataset().examples().equals(ExperimentSpecs.COMMON_SOURCE))
        .map(it -> "c0ffee")
        .orElse(null);
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
}
