package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.contracts.job.ExperimentPlan;
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
    ExperimentPlan plan = new StartModelCheck(System.getenv()).plan(spec);
    console.println(
        plan.problems().isEmpty() ? "nothing speaks against it" : plan.problems().toString());
    return plan;
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return false;
  }
}
