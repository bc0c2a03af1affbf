package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.IOException;
import java.net.URI;
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
    if (args.length != 2 || !args[0].equals("--job")) {
      System.out.println("usage: plan --job URI-OR-PATH-OF-AN-EXPERIMENT.JSON");
      return ExitCode.USAGE;
    }
    URI job = ArtifactUri.of(args[1]);
    ArtifactStore folder = ArtifactStore.at(job.resolve("."));
    try {
      ExperimentSpec spec = Json.EVENTS.readValue(folder.read(job), ExperimentSpec.class);
      ExperimentPlan plan = new StartModelCheck(System.getenv()).plan(spec);
      folder.write(ExperimentPlan.PLAN_FILE, Json.EVENTS.writeValueAsBytes(plan));
      System.out.println(
          plan.problems().isEmpty() ? "nothing speaks against it" : plan.problems().toString());
      return ExitCode.DONE;
    } catch (ArtifactMissingException | IOException e) {
      System.out.println("The experiment cannot be read: " + e.getMessage());
      return ExitCode.USAGE;
    }
  }
}
