package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One stage of an experiment: a training job.
 *
 * @param name unique in the experiment
 * @param parent the stage whose model this one starts from and is compared with; absent for a root,
 *     which starts from the experiment's model
 * @param training the training settings
 * @param evaluate whether its checkpoint is evaluated (true)
 * @param pool the machines that it is trained on, by a name that the operator of a cluster gave
 *     them; absent for those that trainings run on there. Nothing follows from it on one machine
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StageSpec(
    String name, String parent, TrainingSpec training, Boolean evaluate, String pool) {
  public StageSpec {
    evaluate = evaluate == null || evaluate;
  }
}
