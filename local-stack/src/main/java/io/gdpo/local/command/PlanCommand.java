package io.gdpo.local.command;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.local.dryrun.DryRun;
import io.gdpo.local.report.PlanText;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import picocli.CommandLine.Command;

/** {@code gdpo plan}: what an experiment would be, before anything is started. */
@Command(
    name = "plan",
    header = "Look at an experiment file before anything runs: mistakes, data, steps, memory.",
    description = {
      "",
      "Tells everything that is wrong with the file, as submit would refuse it, then the data, the"
          + " model, and for each stage its optimizer steps, tokens, texts that would be cut, and"
          + " the memory that it needs. No system need run, and none is started. How long training"
          + " takes is not told: that depends on the machine.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo plan examples/demo.yaml",
      "  gdpo plan mine.yaml --set stages.gdpo.training.max_length=128",
      "  gdpo plan mine.yaml --json | jq '.stages[].training.steps'"
    })
public final class PlanCommand extends DryRunCommand {

  @Override
  ExitCode text(Console console, ExperimentSpec spec, DryRun run) {
    PlanText.of(spec, run.plan()).forEach(console::print);
    if (run.plan().problems().isEmpty()) {
      console.say("");
      if (!run.samples().isEmpty()) {
        console.say("See examples in tokens with: gdpo preview " + file());
      }
      console.say("Train with: gdpo submit " + file());
    }
    return exitCode(run);
  }

  @Override
  ExitCode json(Console console, DryRun run) {
    console.printJson(run.plan());
    return exitCode(run);
  }

  private static ExitCode exitCode(DryRun run) {
    return run.plan().problems().isEmpty() ? ExitCode.OK : ExitCode.INVALID_INPUT;
  }
}
