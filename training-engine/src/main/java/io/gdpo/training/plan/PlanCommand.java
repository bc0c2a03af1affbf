package io.gdpo.training.plan;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.JobFile;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.time.Duration;

/**
 * The command {@code plan --job URI}: looks at the model of the {@link ExperimentSpec} there,
 * leaves an {@link ExperimentPlan} beside it, and ends with a code of {@link ExitCode}. A plan that
 * tells of problems is done all the same.
 */
public final class PlanCommand {
  private PlanCommand() {}

  /**
   * Runs the command, to its end.
   *
   * @param args after the word {@code plan}
   * @return the exit code
   */
  public static int run(String... args) {
    ParentWatch.start(() -> {}, Duration.ZERO);
    return JobFile.read("plan", System.out, ExperimentSpec.class, args)
        .map(PlanCommand::plan)
        .orElse(ExitCode.USAGE);
  }

  private static int plan(JobFile<ExperimentSpec> job) {
    ExperimentPlan plan = new StartModelCheck(System.getenv()).plan(job.task());
    job.leave(ExperimentPlan.PLAN_FILE, plan);
    System.out.println(
        plan.problems().isEmpty() ? "nothing speaks against it" : plan.problems().toString());
    return ExitCode.DONE;
  }
}
