package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.PrintStream;
import java.util.function.BooleanSupplier;

/**
 * The command {@code plan}: looks at the model of an experiment; its result is an {@link
 * ExperimentPlan}. A plan that tells of problems has succeeded all the same.
 */
public final class PlanCommand implements WorkerCommand<ExperimentSpec> {
  @Override
  public String verb() {
    return "plan";
  }

  @Override
  public Class<ExperimentSpec> task() {
    return ExperimentSpec.class;
  }

  @Override
  public ExperimentPlan run(
      ExperimentSpec spec, ArtifactStore folder, BooleanSupplier stopAsked, PrintStream console) {
    ExperimentPlan plan =
        new StartModelCheck(System.getenv())
            .plan(spec)
            .withSource(sha256(spec.dataset(), new Sources(folder), console));
    console.println(
        plan.problems().isEmpty() ? "nothing speaks against it" : plan.problems().toString());
    return plan;
  }

  /** Null if there is none, or it cannot be read here: its build will tell what is wrong. */
  private static String sha256(DatasetSpec dataset, Sources sources, PrintStream console) {
    if (dataset.id() != null) {
      return null;
    }
    try {
      return Sources.sha256(sources.of(dataset));
    } catch (SourceException e) {
      console.println("The dataset's source is not known yet: " + Reason.of(e));
      return null;
    }
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return false;
  }
}
