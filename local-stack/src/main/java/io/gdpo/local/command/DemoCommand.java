package io.gdpo.local.command;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.local.client.EvaluatorClient;
import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.experiment.DemoExperiment;
import io.gdpo.local.home.Installation;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.report.ReportFiles;
import io.gdpo.local.service.JarPrograms;
import io.gdpo.local.stack.StackLease;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.watch.ExperimentWatch;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo demo}: the product's whole idea in one command. */
@Command(
    name = "demo",
    header = "From a survey to a report, in one command.",
    description = {
      "",
      "Starts the system, turns a group's survey into training data, fine-tunes a small language"
          + " model on it (SFT), aligns that model in several ways, by DPO and by GDPO among them,"
          + " measures each, and prints how near each comes to the group's distribution. A page"
          + " with plots is written to the home's reports/. At the end the system is stopped.",
      "",
      "The same command again continues a run that was stopped, or shows the report of one that has"
          + " ended.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo demo                                    the invented group of examples/",
      "  gdpo demo --quick                            the same in small, to see it work",
      "  gdpo demo --survey mine.csv --group \"United States\"",
      "  gdpo demo --quick --group Riverside --group Hilltop    one model for two groups",
      "  gdpo demo --quick --votes examples/votes.jsonl         from people's votes",
      "  gdpo demo --model Qwen/Qwen2.5-0.5B          a pretrained model, by low-rank updates",
      "  gdpo demo --seed 1 --fresh                   another seed, from the beginning",
      "  gdpo demo --keep-up                          then look around with status, logs, report"
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int FAILED_JOB_LINES = 20;

  @ParentCommand private CommonOptions common;

  @Option(
      names = "--survey",
      paramLabel = "FILE",
      description =
          "Your own survey: a CSV with the columns question, selections and options, as in the"
              + " public GlobalOpinionQA table. Name a --group in it.")
  private Optional<Path> survey;

  @Option(
      names = "--group",
      paramLabel = "NAME",
      description =
          "The group whose distribution is the target. Given more than once, one model learns each"
              + " group's, by prompts that name the group.")
  private List<String> groups = List.of();

  @Option(
      names = "--votes",
      paramLabel = "FILE",
      description =
          "People's votes in the place of a survey: who prefers which of two responses"
              + " (examples/votes.jsonl). They tell no beliefs, so the demo is a small one of SFT and"
              + " DPO (examples/demo-votes.yaml).")
  private Optional<Path> votes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      description = "Seed of dialogues, splits, weights and data order (${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--fresh",
      description = "Begin a new run even if this demo was run before; the old one is kept.")
  private boolean fresh;

  @ArgGroup private Size size;

  /** How much of the demo to run, or on what. */
  static final class Size {
    @Option(names = "--full", description = "All losses (examples/demo-full.yaml).")
    private boolean full;

    @Option(
        names = "--quick",
        description = "A small model and few steps (examples/demo-quick.yaml).")
    private boolean quick;

    @Option(
        names = "--model",
        paramLabel = "FOLDER|NAME",
        description =
            "A pretrained model: a folder in Hugging Face layout, or a name on the Hub. It is"
                + " trained by low-rank updates (examples/pretrained-lora.yaml).")
    private Optional<String> model = Optional.empty();

    private String template() {
      if (model.isPresent()) {
        return "pretrained-lora.yaml";
      }
      if (quick) {
        return "demo-quick.yaml";
      }
      return full ? "demo-full.yaml" : "demo.yaml";
    }
  }

  @Option(
      names = "--keep-up",
      description = "Leave the system running after the report, until Ctrl-C.")
  private boolean keepUp;

  @Option(names = "--json", description = "Print {experiment, report files} at the end.")
  private boolean json;

  /** What {@code --json} prints. */
  record Outcome(ExperimentView experiment, ReportFiles files) {}

  @Override
  public Integer call() throws InterruptedException {
    Instant begin = Instant.now();
    StackHome home = common.home().create();
    HomeLogs.divert(home);
    Console console = json ? Console.forScripts() : Console.forPeople();
    Installation installation = Installation.current();
    if (survey.isPresent() && groups.isEmpty()) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--survey needs --group: whose answers in " + survey.get() + " are to be learned?",
          "The groups are the names in the column 'selections'.");
    }
    DemoExperiment demo = demo(installation);
    demo.readings().forEach(console::say);
    try (StackLease lease =
        StackLease.take(home, installation, new JarPrograms(installation), console::say)) {
      TrainerClient trainer = new TrainerClient(lease.state());
      EvaluatorClient evaluator = new EvaluatorClient(lease.state());
      ExperimentView ended = run(demo, trainer, evaluator, console);
      ExitCode exitCode = WatchCommand.conclude(console, ended);
      if (exitCode == ExitCode.OK) {
        report(ended, evaluator, home, console, begin);
      } else {
        showFailedJobs(ended, trainer, console);
      }
      if (keepUp && lease.owned().isPresent()) {
        console.say("The system stays up; Ctrl-C stops it.");
        lease.owned().get().awaitClose();
      }
      return exitCode.code();
    }
  }

  private DemoExperiment demo(Installation installation) {
    if (votes.isEmpty()) {
      return DemoExperiment.of(
          installation.example(size == null ? "demo.yaml" : size.template()),
          size == null ? Optional.empty() : size.model,
          survey,
          groups,
          seed);
    }
    if (survey.isPresent() || !groups.isEmpty() || (size != null && !size.quick)) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--votes goes with --quick, --seed and --fresh only",
          "Copy examples/demo-votes.yaml for a demo of your own and use 'gdpo submit'.");
    }
    return DemoExperiment.ofVotes(installation.example("demo-votes.yaml"), votes.get(), seed);
  }

  private ExperimentView run(
      DemoExperiment demo, TrainerClient trainer, EvaluatorClient evaluator, Console console) {
    List<ExperimentView> before = trainer.experiments();
    ExperimentSpec spec = fresh ? demo.afresh(before) : demo.resumed(before);
    boolean isNew = before.stream().noneMatch(e -> e.name().equals(spec.name()));
    ExperimentView submitted = trainer.submit(spec);
    if (isNew) {
      console.say("Experiment " + spec.name() + ": " + spec.stages().size() + " stages");
    } else if (ExperimentWatch.hasEnded(submitted)) {
      console.say("Experiment " + spec.name() + " has been run before; --fresh begins a new run");
    } else {
      console.say("Experiment " + spec.name() + " goes on where it was");
    }
    return new ExperimentWatch(trainer, evaluator, console).untilItEnds(spec.name());
  }

  /** The system is about to stop: its logs are shown while it can be asked for them. */
  private static void showFailedJobs(ExperimentView ended, TrainerClient trainer, Console console) {
    for (StageView stage : ended.stages()) {
      if (stage.status() == StageState.FAILED && stage.attempts() > 0) {
        console.say("The end of the log of " + stage.name() + " (job " + stage.jobId() + "):");
        trainer.jobLog(stage.jobId(), FAILED_JOB_LINES).forEach(line -> console.say("  | " + line));
      }
    }
  }

  private void report(
      ExperimentView ended,
      EvaluatorClient evaluator,
      StackHome home,
      Console console,
      Instant begin) {
    ReportFiles files = ReportFiles.write(evaluator, ended.name(), home.reports(ended.name()));
    if (json) {
      console.printJson(new Outcome(ended, files));
      return;
    }
    console.print("");
    files.summary().forEach(console::print);
    console.print("The page with plots: " + files.html().toUri());
    console.print("The same in Markdown: " + files.markdown());
    Duration took = Duration.between(begin, Instant.now());
    console.print(
        String.format(Locale.ROOT, "Done in %d min %d s.", took.toMinutes(), took.toSecondsPart()));
  }
}
