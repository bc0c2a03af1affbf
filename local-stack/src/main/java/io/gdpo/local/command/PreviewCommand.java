package io.gdpo.local.command;

import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TokenSamples.Sample;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.local.dryrun.DryRun;
import io.gdpo.local.report.PlanText;
import io.gdpo.local.report.PreviewText;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code gdpo preview}: examples as the model will read them. */
@Command(
    name = "preview",
    header = "Show examples of an experiment file as its model will read them, token by token.",
    description = {
      "",
      "Of each example the chosen response, the rejected one, and the rejected one under the chosen"
          + " belief: the text, the tokens with their ids, which of them a loss counts, and where"
          + " the belief stands. Texts are shown before anything is cut to max_length. No system"
          + " need run, and none is started.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo preview examples/demo.yaml",
      "  gdpo preview mine.yaml --samples 3 --split eval",
      "  gdpo preview mine.yaml --set model=Qwen/Qwen2.5-0.5B",
      "  gdpo preview mine.yaml --json | jq '.samples[0].chosen.text'"
    })
public final class PreviewCommand extends DryRunCommand {

  @Option(
      names = "--samples",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Show so many (${DEFAULT-VALUE}); there is one of each belief class in each split, or a few"
              + " of pairs that tell no beliefs.")
  private int samples;

  /** The splits that training reads. */
  enum Side {
    TRAIN(Split.TRAIN),
    EVAL(Split.EVAL);

    private final Split split;

    Side(Split split) {
      this.split = split;
    }

    @Override
    public String toString() {
      return split.label();
    }
  }

  @Option(
      names = "--split",
      paramLabel = "NAME",
      description = "Of one split only: ${COMPLETION-CANDIDATES}; else train first, then eval.")
  private Side side;

  @Override
  void check(CommandSpec spec) {
    if (samples < 1) {
      throw new ParameterException(
          spec.commandLine(), "--samples must be at least 1, is " + samples);
    }
  }

  @Override
  ExitCode text(Console console, ExperimentSpec spec, DryRun run) {
    List<Sample> all = all(run);
    List<Sample> shown = shown(all);
    PreviewText.LEGEND.forEach(console::print);
    shown.forEach(sample -> PreviewText.of(spec, sample).forEach(console::print));
    console.say("");
    if (shown.size() < samples) {
      console.say(
          String.format(
              Locale.ROOT,
              "These are all that are kept to look at, the first of each kind%s.",
              side == null ? " in train and eval" : " in " + side));
    } else if (shown.size() < all.size()) {
      console.say(all.size() - shown.size() + " more with --samples " + all.size());
    }
    if (!run.plan().problems().isEmpty()) {
      console.say(problems(run, "It cannot be trained as it stands"));
    }
    return ExitCode.OK;
  }

  @Override
  ExitCode json(Console console, DryRun run) {
    console.printJson(new TokenSamples(shown(all(run))));
    return ExitCode.OK;
  }

  private List<Sample> shown(List<Sample> all) {
    return all.subList(0, Math.min(samples, all.size()));
  }

  private List<Sample> all(DryRun run) {
    if (run.samples().isEmpty()) {
      throw none(run);
    }
    return run.samples().stream()
        .filter(sample -> side == null || sample.split() == side.split)
        .toList();
  }

  private CommandFailure none(DryRun run) {
    if (!run.plan().problems().isEmpty()) {
      return new CommandFailure(
          ExitCode.INVALID_INPUT,
          problems(run, "There are no examples to show of " + file()),
          "Mend the fields named above.");
    }
    boolean isModelKnown = run.plan().model() != null;
    return new CommandFailure(
        ExitCode.NOT_REACHABLE,
        "There are no examples to show of "
            + file()
            + ": "
            + (isModelKnown ? run.plan().data().unknown() : PlanText.NO_MODEL),
        isModelKnown ? "" : "Its tokenizer is needed; name a model that can be reached from here.");
  }

  private static String problems(DryRun run, String introduction) {
    return introduction
        + ":\n  "
        + run.plan().problems().stream()
            .map(SpecProblem::toString)
            .collect(Collectors.joining("\n  "));
  }
}
