package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.List;

/**
 * What a {@code plan} found out about an experiment before anything costly is done for it: {@code
 * result} of its {@link WorkOutcome}; it was told the experiment's specification.
 *
 * @param problems what keeps its model from being trained as its stages ask, with the fields that
 *     are to be changed; empty if nothing does
 * @param model the model's shape; absent if it could not be looked at now
 * @param sourceSha256 hash of the content of its dataset's source; absent if that could not be read
 *     here, or the dataset is there already
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentPlan(List<SpecProblem> problems, ModelShape model, String sourceSha256) {
  public ExperimentPlan {
    problems = List.copyOf(problems);
  }

  /** What was found out about the model. */
  public ExperimentPlan(List<SpecProblem> problems, ModelShape model) {
    this(problems, model, null);
  }

  /** The same, with what is known of the dataset's source. */
  public ExperimentPlan withSource(String sha256) {
    return new ExperimentPlan(problems, model, sha256);
  }

  /**
   * A model, told from its config.
   *
   * @param family {@code model_type} in {@code config.json}
   * @param positions longest text in tokens
   * @param vocabulary tokens that it can tell apart
   * @param parameters weights, all together
   */
  public record ModelShape(String family, int positions, int vocabulary, long parameters) {}
}
