package io.gdpo.local.dryrun;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.ExperimentPlan.Data;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TokenSamples.Sample;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.local.home.Installation;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What would become of an experiment, found out on this machine by the worker that a service would
 * ask, with no service, broker or database.
 *
 * @param plan its problems among them
 * @param samples some of its examples, as its model will read them; empty if they are not known
 */
public record DryRun(ExperimentPlan plan, List<Sample> samples) {

  /**
   * Has an experiment looked at; takes some seconds, and more for a large dataset.
   *
   * @param dataset where the one lies that it names by its id
   * @param artifacts URI of the store that its dataset would be built by
   * @throws io.gdpo.local.terminal.CommandFailure if the worker fails
   */
  public static DryRun of(
      ExperimentSpec spec, DatasetPlace dataset, URI artifacts, Installation installation)
      throws InterruptedException {
    PlanTask task =
        new PlanTask(
            spec,
            dataset.uri().orElse(null),
            artifacts.toString(),
            Runtime.getRuntime().availableProcessors());
    try (PlanningWorker worker = new PlanningWorker()) {
      ExperimentPlan plan = worker.plan(task, installation).result(ExperimentPlan.class);
      return new DryRun(
          told(plan, spec, dataset),
          worker
              .left(TokenSamples.FILE, TokenSamples.class)
              .map(TokenSamples::samples)
              .orElse(List.of()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("The worker's plan is none", e);
    }
  }

  /** With what the worker cannot say: why a dataset is not found, and that a source must be. */
  static ExperimentPlan told(ExperimentPlan plan, ExperimentSpec spec, DatasetPlace dataset) {
    if (plan.data() == null || plan.data().known()) {
      return plan;
    }
    String why = dataset.unknown().orElse(plan.data().unknown());
    List<SpecProblem> problems = new ArrayList<>(plan.problems());
    if (plan.data().later() == null && (spec.dataset().id() == null || dataset.isMistake())) {
      problems.add(new SpecProblem(spec.dataset().id() == null ? "dataset" : "dataset.id", why));
    }
    return new ExperimentPlan(
        problems,
        plan.model(),
        new Data(false, why, Map.of(), plan.data().later(), null),
        plan.stages(),
        plan.sourceSha256(),
        plan.sourceAddress());
  }
}
