package io.gdpo.trainer.experiment;

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
import io.gdpo.contracts.job.Checkpoint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * dataset-service and evaluator-service, as they answer on the broker: in some order, well or not,
 * or as a script says.
 */
final class SimulatedPeers {
  private final SimulatedBroker broker;
  private final Random random;
  private final boolean scripted;

  private enum State {
    BUSY,
    ENDED
  }

  /** What they do, and how that ended, by the id of the dataset or the evaluation. */
  private final Map<String, State> doing = new LinkedHashMap<>();

  private final Map<String, Event> answers = new LinkedHashMap<>();
  private final Map<String, Set<String>> waiting = new LinkedHashMap<>();
  private final Map<String, Checkpoint> checkpoints = new LinkedHashMap<>();

  SimulatedPeers(SimulatedBroker broker, Random random, boolean scripted) {
    this.broker = broker;
    this.random = random;
    this.scripted = scripted;
  }

  void hear(Event event) {
    if (scripted) {
      ExperimentScript.answer(event).ifPresent(broker::publish);
      return;
    }
    if (event instanceof DatasetRequested it) {
      askForDataset(it);
    } else if (event instanceof DatasetCancelRequested it) {
      cancelDataset(it);
    } else if (event instanceof CheckpointSaved it) {
      checkpoints.put(it.checkpoint().id(), it.checkpoint());
      ask(it.checkpoint().id(), EvaluationCompleted.class);
    } else if (event instanceof EvaluationCancelRequested it) {
      cancel(
          it.evaluationId(),
          new EvaluationCancelled(it.evaluationId(), it.checkpointId(), null, null, it.reason()));
    }
  }

  private void askForDataset(DatasetRequested request) {
    if (doing.get(request.datasetId()) != State.BUSY) {
      waiting.put(request.datasetId(), new TreeSet<>());
    }
    waiting.get(request.datasetId()).add(request.requestedBy());
    ask(request.datasetId(), DatasetReady.class);
  }

  /** It is built on where others wait for it. */
  private void cancelDataset(DatasetCancelRequested request) {
    String id = request.datasetId();
    Event cancelled = new DatasetCancelled(id, request.requestedBy(), request.reason());
    boolean busy = doing.get(id) == State.BUSY;
    if (busy) {
      waiting.get(id).remove(request.requestedBy());
    }
    if ((busy && !waiting.get(id).isEmpty()) || answers.get(id) instanceof DatasetCancelled) {
      broker.publish(cancelled);
    } else {
      cancel(id, cancelled);
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
    List<String> busy = doing.keySet().stream().filter(id -> doing.get(id) == State.BUSY).toList();
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
