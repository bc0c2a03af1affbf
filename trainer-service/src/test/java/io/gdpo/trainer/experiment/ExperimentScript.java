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
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.job.Checkpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * What is asked of experiments, by seed, where only the course is left to chance: whatever is slow,
 * crashes or comes twice, the rows at the end are the same. The names of experiments and stages say
 * how datasets, jobs and evaluations end.
 *
 * @param commands in the order in which they are sent; each is sent until it is settled
 * @param byEvent whether over Kafka; else over REST
 */
record ExperimentScript(String prefix, List<Command> commands) {
  record Command(Event.Command event, boolean byEvent) {}

  private static final String NO_DATA = "no-data";
  private static final String NOT_MEASURED = "belief-sft";

  static ExperimentScript ofSeed(long seed) {
    Random random = new Random(seed);
    String prefix = "replay-" + seed + "-";
    List<Command> commands = new ArrayList<>();
    int experiments = random.nextInt(4) == 0 ? 2 : 1;
    for (int i = 0; i < experiments; i++) {
      boolean byEvent = random.nextBoolean();
      switch (random.nextInt(6)) {
        case 0 -> submit(commands, prefix + NO_DATA + i, byEvent, List.of("sft"));
        case 1 -> {
          String name = prefix + "slow" + i;
          submit(commands, name, byEvent, List.of("slow", "dpo<slow"));
          commands.add(new Command(new ExperimentCancelRequested(name), byEvent));
        }
        case 2 ->
            submit(commands, prefix + i, byEvent, List.of("crash-always", "dpo<crash-always"));
        case 3 -> submit(commands, prefix + i, byEvent, List.of("diverging", NOT_MEASURED));
        case 4 -> submit(commands, prefix + i, byEvent, List.of("crash-once"));
        default -> {
          String name = prefix + i;
          List<String> stages = List.of("sft", "gdpo<sft");
          submit(commands, name, byEvent, stages);
          // The name is taken, and what it stands for may be asked for again.
          commands.add(submitted(name, byEvent, List.of("sft", "dpo<sft")));
          commands.add(submitted(name, byEvent, stages));
        }
      }
    }
    return new ExperimentScript(prefix, List.copyOf(commands));
  }

  private static void submit(
      List<Command> commands, String name, boolean byEvent, List<String> stages) {
    commands.add(submitted(name, byEvent, stages));
  }

  private static Command submitted(String name, boolean byEvent, List<String> stages) {
    return new Command(new ExperimentSubmitted(ExperimentSpecs.of(name, stages)), byEvent);
  }

  /** What dataset-service or evaluator-service answers; empty if this is nothing for them. */
  static Optional<Event> answer(Event event) {
    if (event instanceof DatasetRequested it) {
      String id = it.datasetId();
      return Optional.of(
          it.requestedBy().contains(NO_DATA)
              ? new DatasetFailed(id, "row 3: no such group")
              : new DatasetReady(id, "file:/datasets/" + id, Map.of("train", 8L)));
    }
    if (event instanceof DatasetCancelRequested it) {
      return Optional.of(new DatasetCancelled(it.datasetId(), it.requestedBy(), it.reason()));
    }
    if (event instanceof EvaluationCancelRequested it) {
      return Optional.of(
          new EvaluationCancelled(it.evaluationId(), it.checkpointId(), null, null, it.reason()));
    }
    if (event instanceof CheckpointSaved it) {
      Checkpoint saved = it.checkpoint();
      String id = saved.id();
      return Optional.of(
          saved.stage().equals(NOT_MEASURED)
              ? new EvaluationFailed(id, id, saved.experiment(), saved.stage(), "no test split")
              : new EvaluationCompleted(
                  id,
                  id,
                  saved.experiment(),
                  saved.stage(),
                  Map.of("jsd", 0.1),
                  "file:/evaluations/" + id));
    }
    return Optional.empty();
  }

  /** The rows, but for ids, times, addresses, jobs, and the reasons of processes. */
  static List<String> rows(ExperimentStore store, String prefix, List<String> names) {
    return names.stream()
        .filter(name -> name.startsWith(prefix))
        .sorted()
        .map(name -> store.experiment(name).orElseThrow())
        .map(
            experiment ->
                experiment.name
                    + " "
                    + experiment.status
                    + (experiment.cancelRequested ? ", to be cancelled" : "")
                    + (experiment.isRefused() ? ", without data" : "")
                    + store.stages(experiment.name).stream().map(ExperimentScript::row).toList())
        .toList();
  }

  private static String row(Stage stage) {
    return "%d %s<%s %s %s %s"
        .formatted(
            stage.ordinal,
            stage.name,
            stage.parent,
            stage.loss,
            stage.status,
            stage.checkpointId == null
                ? ""
                : stage.evaluationStatus + " " + stage.evaluationReason + stage.evaluationMetrics);
  }
}
