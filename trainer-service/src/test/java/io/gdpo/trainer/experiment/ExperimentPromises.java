package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.work.BrokenPromise;
import io.gdpo.platform.work.SimulatedTable;
import io.gdpo.platform.work.Work;
import io.gdpo.trainer.job.JobEnded;
import io.gdpo.trainer.job.SimulatedJobs;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What must hold of experiments, whatever happens. */
final class ExperimentPromises {

  private final long seed;
  private final SimulatedExperiments rows;
  private final SimulatedJobs jobs;
  private final SimulatedTable table;
  private final SimulatedBroker broker;
  private final Set<Integer> heard = new HashSet<>();
  private final Set<String> facts = new HashSet<>();

  /** How each experiment stood last, and how often it had begun by then. */
  private final Map<String, ExperimentStatus> status = new HashMap<>();

  private final Map<String, Integer> rounds = new HashMap<>();
  private final Set<String> askedToEnd = new HashSet<>();
  private final Map<String, Integer> answers = new HashMap<>();
  private int told;
  private int event;
  private BrokenPromise broken;

  ExperimentPromises(
      long seed,
      SimulatedExperiments rows,
      SimulatedJobs jobs,
      SimulatedTable table,
      SimulatedBroker broker) {
    this.seed = seed;
    this.rows = rows;
    this.jobs = jobs;
    this.table = table;
    this.broker = broker;
  }

  /** Thrown by {@link #look} too: the reconciler takes it for trouble with the work. */
  void require(boolean holds, String what) {
    if (!holds) {
      broken = new BrokenPromise(seed, event, what);
      throw broken;
    }
  }

  /** For peers that handle each record once. */
  boolean isFirstTime(int delivery) {
    return heard.add(delivery);
  }

  /** Somebody asks this experiment, or a job of it, to end. */
  void asksToEnd(String experiment) {
    askedToEnd.add(experiment);
  }

  /** What is asked of an experiment that is over by event is answered with its end. */
  void mayTellAgain(Event command) {
    if ((command instanceof ExperimentSubmitted || command instanceof ExperimentCancelRequested)
        && rows.experiment(command.key()).filter(it -> it.status.isTerminal()).isPresent()) {
      answers.merge(command.key(), 1, Integer::sum);
    }
  }

  private boolean isAnswer(Event event) {
    return event instanceof ExperimentFinished
        && facts.contains("finished " + event.key() + round(event.key()))
        && answers.merge(event.key(), -1, Integer::sum) >= 0;
  }

  /** No training of a suspended experiment begins. */
  void begins(LaunchRequest request) {
    if (request.arguments().get(0).equals("train")) {
      String job =
          request.arguments().get(2).replaceFirst("/job.json$", "").replaceFirst(".*/", "");
      require(
          !rows.experiment(jobs.experimentOf(job)).orElseThrow().suspended,
          request.name() + " begins, and its experiment is suspended");
    }
  }

  /** No work of a job runs when its end is told, on the replica that tells it. */
  void jobEnds(JobEnded ended, String replica, Collection<SimulatedWorkers.Child> children) {
    require(
        children.stream()
            .noneMatch(
                child ->
                    child.isAlive()
                        && child.name().equals(ended.jobId())
                        && child.replica.equals(replica)),
        ended.jobId() + " is " + ended.status() + ", and its process runs");
  }

  /** After each event. */
  void look() {
    event++;
    if (broken != null) {
      throw broken;
    }
    for (Experiment experiment : rows.all()) {
      look(experiment);
    }
    List<Event> all = broker.told();
    for (; told < all.size(); told++) {
      look(all.get(told));
    }
  }

  private void look(Experiment experiment) {
    ExperimentStatus before = status.put(experiment.name, experiment.status);
    if (before != null && before.isTerminal() && before != experiment.status) {
      require(
          before == ExperimentStatus.FAILED,
          experiment.name + " had ended as " + before + " and is " + experiment.status);
      rounds.merge(experiment.name, 1, Integer::sum);
    }
    for (Stage stage : rows.stages(experiment.name)) {
      require(
          stage.status != StageStatus.RELEASED || jobs.has(stage.jobId),
          stage.id + " is released without a job");
      require(
          stage.status != StageStatus.RELEASED || table.find(stage.jobId).isPresent(),
          stage.jobId + " has no work");
      if (experiment.status.isTerminal()) {
        require(stage.status.isTerminal(), stage.id + " goes on after its experiment's end");
        require(
            stage.evaluationStatus != EvaluationStatus.PENDING,
            "the evaluation of " + stage.id + " goes on after its experiment's end");
      }
      if (experiment.status == ExperimentStatus.SUCCEEDED) {
        require(
            stage.status == StageStatus.SUCCEEDED
                && stage.evaluationStatus == EvaluationStatus.SUCCEEDED,
            experiment.name + " succeeded and " + stage.id + " did not");
      }
    }
  }

  private void look(Event event) {
    String fact = null;
    if (event instanceof JobQueued it) {
      fact = "queued " + it.jobId();
    } else if (event instanceof JobStarted it) {
      fact = "started " + it.jobId() + " " + it.attempt();
    } else if (event instanceof JobProgressed it) {
      fact = "progress " + it.jobId() + " " + it.progress().step();
    } else if (event instanceof JobSucceeded it) {
      fact = "ended " + it.jobId();
    } else if (event instanceof JobFailed it) {
      fact = "ended " + it.jobId();
    } else if (event instanceof JobCancelled it) {
      fact = "ended " + it.jobId();
    } else if (event instanceof ExperimentFinished it) {
      fact = "finished " + it.experiment() + round(it.experiment());
    } else if (event instanceof DatasetRequested it) {
      fact = "dataset " + it.datasetId() + " for " + it.requestedBy() + round(it.requestedBy());
    } else if (event instanceof DatasetCancelRequested it) {
      fact = "no dataset for " + it.requestedBy() + round(it.requestedBy());
    } else if (event instanceof CheckpointSaved it) {
      fact = "checkpoint " + it.checkpoint().id() + round(it.checkpoint().experiment());
    } else if (event instanceof EvaluationCancelRequested it) {
      fact = "no evaluation " + it.evaluationId();
    }
    if (fact != null && !isAnswer(event)) {
      require(facts.add(fact), "'" + fact + "' was told twice");
    }
  }

  private String round(String experiment) {
    return ", round " + rounds.getOrDefault(experiment, 0);
  }

  /** When nothing happens any more. */
  void lookAtEnds() {
    for (Experiment experiment : rows.all()) {
      require(
          experiment.status.isTerminal(),
          experiment.name + " never ends: " + experiment.status + " " + stages(experiment));
      require(
          facts.contains("finished " + experiment.name + round(experiment.name)),
          "nobody was told of the end of " + experiment.name);
      require(
          experiment.status != ExperimentStatus.CANCELLED || askedToEnd.contains(experiment.name),
          experiment.name + " was cancelled, and nobody asked for it");
    }
    for (Work work : table.all()) {
      require(work.state().isTerminal(), work.id() + " never ends: " + work);
    }
    for (String job : jobs.ids()) {
      require(facts.contains("ended " + job), "nobody was told of the end of job " + job);
    }
    require(broker.isIdle(), "an event is never settled");
  }

  private List<String> stages(Experiment experiment) {
    return rows.stages(experiment.name).stream()
        .map(s -> s.name + " " + s.status + " " + s.evaluationStatus)
        .toList();
  }
}
