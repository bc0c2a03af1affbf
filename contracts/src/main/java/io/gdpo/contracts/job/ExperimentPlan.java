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
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentPlan(List<SpecProblem> problems, ModelShape model) {
  public ExperimentPlan {
    problems = List.copyOf(problems);
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
