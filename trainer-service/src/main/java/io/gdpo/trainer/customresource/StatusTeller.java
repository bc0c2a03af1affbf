package io.gdpo.trainer.customresource;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageEvaluation;
import io.gdpo.contracts.view.ExperimentView.StageView;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** What an object's status says of its experiment. */
final class StatusTeller {
  private final Optional<String> evaluator;

  /**
   * @param evaluator address of evaluator-service, for who reads the objects
   */
  StatusTeller(Optional<String> evaluator) {
    this.evaluator = evaluator.map(it -> it.replaceFirst("/+$", ""));
  }

  /** Of an object that was submitted. */
  ResourceStatus submitted(GdpoExperiment resource, ExperimentView experiment, Instant now) {
    List<StageView> stages = experiment.stages();
    boolean isSuspended = Boolean.TRUE.equals(experiment.suspended());
    return new ResourceStatus(
        resource.generation(),
        experiment.status().name(),
        stages.stream().filter(it -> it.status() == StageState.SUCCEEDED).count()
            + "/"
            + stages.size(),
        stages.stream()
            .filter(it -> it.status() == StageState.RUNNING && it.progress() != null)
            .findFirst()
            .map(it -> it.name() + " " + course(it.progress()))
            .orElse(null),
        cut(
            Optional.ofNullable(experiment.waitsFor())
                .or(
                    () ->
                        stages.stream()
                            .filter(it -> it.waitsFor() != null)
                            .findFirst()
                            .map(it -> it.name() + ": " + it.waitsFor()))
                .orElse(null)),
        evaluator
            .map(it -> it + "/experiments/" + experiment.name() + "/report?format=html")
            .orElse(null),
        stages.stream().map(StatusTeller::stage).toList(),
        List.of(
            condition(resource, ResourceStatus.SUBMITTED, "True", "Submitted", null, now),
            isSuspended
                ? condition(resource, ResourceStatus.SUSPENDED, "True", "Suspended", null, now)
                : condition(resource, ResourceStatus.SUSPENDED, "False", "Resumed", null, now),
            end(resource, experiment, now)));
  }

  private static Condition end(GdpoExperiment resource, ExperimentView experiment, Instant now) {
    String status =
        switch (experiment.status()) {
          case SUCCEEDED -> "True";
          case FAILED, CANCELLED -> "False";
          default -> "Unknown";
        };
    return condition(
        resource,
        ResourceStatus.SUCCEEDED,
        status,
        camelCase(experiment.status().name()),
        experiment.reason(),
        now);
  }

  /** Of an object that waits to be submitted. */
  ResourceStatus suspended(GdpoExperiment resource, Instant now) {
    return notSubmitted(
        resource,
        "SUSPENDED",
        List.of(
            condition(
                resource,
                ResourceStatus.SUBMITTED,
                "False",
                "Suspended",
                "spec.suspend is true; nothing was begun",
                now),
            condition(resource, ResourceStatus.SUSPENDED, "True", "Suspended", null, now)));
  }

  /** Of an object whose experiment was deleted since. */
  ResourceStatus deleted(GdpoExperiment resource, Instant now) {
    return notSubmitted(
        resource,
        "DELETED",
        List.of(
            condition(
                resource,
                ResourceStatus.SUBMITTED,
                "True",
                "Deleted",
                "its experiment was deleted; delete this object, or make it anew to run it again",
                now)));
  }

  /** Of an object that can never be submitted as it is. */
  ResourceStatus refused(GdpoExperiment resource, String why, Instant now) {
    return notSubmitted(
        resource,
        "REFUSED",
        List.of(condition(resource, ResourceStatus.SUBMITTED, "False", "Refused", why, now)));
  }

  private static ResourceStatus notSubmitted(
      GdpoExperiment resource, String state, List<Condition> conditions) {
    return new ResourceStatus(
        resource.generation(), state, null, null, null, null, List.of(), conditions);
  }

  private static ResourceStatus.Stage stage(StageView stage) {
    Optional<TrainingProgress> progress = Optional.ofNullable(stage.progress());
    return new ResourceStatus.Stage(
        stage.name(),
        stage.status().name(),
        progress.map(TrainingProgress::step).orElse(null),
        progress.map(TrainingProgress::totalSteps).orElse(null),
        cut(stage.waitsFor()),
        cut(
            Optional.ofNullable(stage.reason())
                .or(() -> Optional.ofNullable(stage.evaluation()).map(StageEvaluation::reason))
                .orElse(null)),
        Optional.ofNullable(stage.evaluation())
            .map(StageEvaluation::metrics)
            .map(StatusTeller::headline)
            .orElse(null));
  }

  private static Map<String, Double> headline(Map<String, Double> metrics) {
    Map<String, Double> first = new LinkedHashMap<>();
    for (MetricKey key : MetricKey.headline()) {
      Double value = metrics.get(key.id());
      if (value != null && Double.isFinite(value)) {
        first.put(key.id(), value);
      }
    }
    return first;
  }

  private static String course(TrainingProgress progress) {
    return progress.step() + "/" + progress.totalSteps();
  }

  /** Its time is that of the last change of its status. */
  private static Condition condition(
      GdpoExperiment resource,
      String type,
      String status,
      String reason,
      String message,
      Instant now) {
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(Objects.requireNonNullElse(cut(message), ""))
        .withLastTransitionTime(
            resource
                .status()
                .condition(type)
                .filter(before -> before.getStatus().equals(status))
                .map(Condition::getLastTransitionTime)
                .orElseGet(() -> now.truncatedTo(ChronoUnit.SECONDS).toString()))
        .build();
  }

  private static String camelCase(String words) {
    StringBuilder camel = new StringBuilder();
    for (String word : words.split("_")) {
      camel.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return camel.toString();
  }

  private static String cut(String text) {
    return text == null || text.length() <= ExperimentDefinition.LONGEST_MESSAGE
        ? text
        : text.substring(0, ExperimentDefinition.LONGEST_MESSAGE - 1) + "…";
  }
}
