package io.gdpo.trainer.customresource;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code status} of a GdpoExperiment, spelled as Kubernetes spells its own.
 *
 * @param observedGeneration generation of the object that this is about
 * @param state the experiment's; {@code SUSPENDED} or {@code REFUSED} before it is one, {@code
 *     DELETED} when it was deleted
 * @param stagesDone such as {@code 2/4}
 * @param training the stage that trains and how far it is, such as {@code dpo 120/400}; null if
 *     none does
 * @param waitsFor what keeps it from getting on, for people; null if nothing does
 * @param report address of the report; null if it is not known
 * @param conditions {@code Submitted}, {@code Suspended} and {@code Succeeded}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
record ResourceStatus(
    long observedGeneration,
    String state,
    String stagesDone,
    String training,
    String waitsFor,
    String report,
    List<Stage> stages,
    List<Condition> conditions) {
  static final String SUBMITTED = "Submitted";
  static final String SUSPENDED = "Suspended";
  static final String SUCCEEDED = "Succeeded";

  static final ResourceStatus NONE =
      new ResourceStatus(0, null, null, null, null, null, List.of(), List.of());

  ResourceStatus {
    stages = stages == null ? List.of() : List.copyOf(stages);
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
  }

  /**
   * A stage of the experiment.
   *
   * @param metrics of its evaluation, the first that one looks at; null before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  @JsonIgnoreProperties(ignoreUnknown = true)
  record Stage(
      String name,
      String state,
      Long step,
      Long totalSteps,
      String waitsFor,
      String reason,
      Map<String, Double> metrics) {}

  Optional<Condition> condition(String type) {
    return conditions.stream().filter(it -> it.getType().equals(type)).findFirst();
  }

  boolean is(String type) {
    return condition(type).filter(it -> it.getStatus().equals("True")).isPresent();
  }

  /** Whether only the course of training differs, which need not be told at once. */
  boolean differsOnlyInItsCourseFrom(ResourceStatus other) {
    return withoutCourse().equals(other.withoutCourse());
  }

  private ResourceStatus withoutCourse() {
    return new ResourceStatus(
        observedGeneration,
        state,
        stagesDone,
        null,
        waitsFor,
        report,
        stages.stream()
            .map(it -> new Stage(it.name, it.state, null, null, it.waitsFor, it.reason, it.metrics))
            .toList(),
        conditions);
  }
}
