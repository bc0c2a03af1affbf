package io.gdpo.trainer.customresource;

import io.gdpo.contracts.view.ExperimentView;
import java.util.Optional;

/**
 * What is to be done about a GdpoExperiment, as a pure function of the object and of the experiment
 * of its name.
 *
 * <p>An object is submitted once: what has failed, or was deleted, is done again when the object is
 * made again. It suspends or resumes its experiment when it was changed, and not against what was
 * asked by another door since.
 */
enum ResourceDecision {
  /** Its finalizer is set, so that nothing is done for an object that is gone unseen. */
  GUARD,
  SUBMIT,
  SUSPEND,
  RESUME,
  /** The object was deleted: its experiment is ended. */
  CANCEL,
  /** The object was deleted, and nothing is done for it any more. */
  RELEASE,
  /** Nothing but to tell how the experiment stands. */
  TELL;

  static ResourceDecision of(GdpoExperiment resource, Optional<ExperimentView> experiment) {
    boolean runs = experiment.filter(it -> !it.status().isTerminal()).isPresent();
    boolean isSubmitted = resource.status().is(ResourceStatus.SUBMITTED);
    if (resource.isDeleted()) {
      return !resource.isGuarded() ? TELL : runs && isSubmitted ? CANCEL : RELEASE;
    }
    if (!resource.isGuarded()) {
      return GUARD;
    }
    boolean isChanged = resource.generation() != resource.status().observedGeneration();
    if (!isSubmitted) {
      return resource.suspend() || isRefused(resource.status()) ? TELL : SUBMIT;
    }
    if (runs && isChanged && resource.suspend() != isSuspended(experiment.get())) {
      return resource.suspend() ? SUSPEND : RESUME;
    }
    return TELL;
  }

  /** What was refused is refused again: but for suspend it cannot be changed. */
  static boolean isRefused(ResourceStatus status) {
    return status
        .condition(ResourceStatus.SUBMITTED)
        .filter(it -> it.getStatus().equals("False") && it.getReason().equals("Refused"))
        .isPresent();
  }

  private static boolean isSuspended(ExperimentView experiment) {
    return Boolean.TRUE.equals(experiment.suspended());
  }
}
