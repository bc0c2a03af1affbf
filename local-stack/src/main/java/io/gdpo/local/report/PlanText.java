package io.gdpo.local.report;

import io.gdpo.contracts.job.DatasetCard.Lengths;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.ExperimentPlan.ModelShape;
import io.gdpo.contracts.job.ExperimentPlan.PlannedSplit;
import io.gdpo.contracts.job.ExperimentPlan.StageMemory;
import io.gdpo.contracts.job.ExperimentPlan.StagePlan;
import io.gdpo.contracts.job.ExperimentPlan.StageTraining;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** An experiment's plan as lines for a terminal: what a person should know before training. */
public final class PlanText {
  /** Why nothing is known of a model with which nothing is wrong. */
  public static final String NO_MODEL =
      "the model could not be looked at from here: it is not to be reached, or too large for that";

  private static final String UNKNOWN = "?";

  private final ExperimentSpec spec;
  private final ExperimentPlan plan;
  private final List<String> lines = new ArrayList<>();

  private PlanText(ExperimentSpec spec, ExperimentPlan plan) {
    this.spec = spec;
    this.plan = plan;
  }

  /** The lines of a plan. */
  public static List<String> of(ExperimentSpec spec, ExperimentPlan plan) {
    PlanText text = new PlanText(spec, plan);
    text.problems();
    text.model();
    text.data();
    if (!plan.stages().isEmpty()) {
      text.stages();
      text.memory();
      text.notes();
    }
    return List.copyOf(text.lines);
  }

  private void problems() {
    if (plan.problems().isEmpty()) {
      add(verdict());
    } else {
      add("It cannot be trained as it stands:");
      plan.problems().forEach(problem -> lines.add("  " + problem));
    }
    plan.stages().forEach(this::cuts);
    lines.add("");
  }

  private String verdict() {
    if (plan.model() == null) {
      return "The file is in order; more cannot be said, for the model could not be looked at.";
    }
    return plan.data() == null || !plan.data().known()
        ? "Nothing speaks against it as far as can be seen without its data."
        : "Nothing speaks against it.";
  }

  /** What a stage cuts is no mistake, but is seldom meant. */
  private void cuts(StagePlan stage) {
    if (stage.promptsCut() != null && stage.promptsCut() + stage.responsesCut() > 0) {
      add(
          "Look twice: %s cuts %,d prompts and %,d responses of %,d examples, to max_length %,d and"
              + " max_prompt_length %,d.",
          stage.name(),
          stage.promptsCut(),
          stage.responsesCut(),
          plan.data().splits().values().stream().mapToLong(PlannedSplit::examples).sum(),
          stage.maxLength(),
          stage.maxPromptLength());
    }
  }

  private void model() {
    lines.add("Experiment " + spec.name());
    ModelShape shape = plan.model();
    if (shape == null) {
      lines.add("Model      " + named(spec.model()));
      if (plan.problems().isEmpty()) {
        lines.add("           " + NO_MODEL + ";");
        lines.add("           its job will tell (of the Hub: docs/how-to/hub-models.md)");
      }
      return;
    }
    add("Model      %s (%s)", named(spec.model()), shape.family());
    add(
        "           %,d parameters, %,d tokens in its vocabulary, texts of up to %,d tokens",
        shape.parameters(), shape.vocabulary(), shape.positions());
  }

  private static String named(ModelSpec model) {
    return model.hub() != null
        ? model.hub()
        : model.path() != null ? model.path() : "fresh, with random weights";
  }

  private void data() {
    String group = groups(spec.dataset());
    if (plan.data() == null) {
      lines.add("Data       " + group + "not looked at: it is measured in the model's tokens");
      return;
    }
    if (!plan.data().known()) {
      String why = plan.data().unknown();
      boolean isSaid = plan.problems().stream().anyMatch(it -> it.message().equals(why));
      lines.add(
          "Data       " + group + (isSaid ? "not known, see above" : "not known yet: " + why));
      return;
    }
    lines.add(
        "Data       "
            + group
            + (plan.sourceSha256() == null
                ? "dataset " + spec.dataset().id()
                : "source sha256 " + plan.sourceSha256()));
    if (plan.sourceAddress() != null && !plan.sourceAddress().equals(spec.dataset().source())) {
      lines.add("           " + plan.sourceAddress());
    }
    if (plan.data().template() != null) {
      lines.add("           written by the model's chat template (" + plan.data().template() + ")");
    }
    lines.add("");
    add("%-10s %10s   tokens %8s %12s %9s", "Split", "examples", "mean", "95 % within", "at most");
    plan.data()
        .splits()
        .forEach(
            (name, split) -> {
              Lengths total = split.tokens().total();
              add(
                  "%-10s %,10d %17.1f %,12d %,9d",
                  name, split.examples(), total.mean(), total.p95(), total.max());
            });
  }

  private static String groups(DatasetSpec dataset) {
    if (!dataset.groupNames().isEmpty()) {
      return (dataset.group() == null ? "groups " : "group ")
          + String.join(", ", dataset.groupNames())
          + ", ";
    }
    return dataset.by() == null ? "" : "every group by " + dataset.by() + ", ";
  }

  private void stages() {
    int width = spec.stages().stream().mapToInt(stage -> stage.name().length()).max().orElse(0);
    String format = "%-" + Math.max(width, 5) + "s  %-10s %7s %9s %15s %11s %14s %10s";
    lines.add("");
    add(format, "Stage", "loss", "epochs", "steps", "tokens", "max_length", "cut p/r", "memory");
    for (StageSpec stage : spec.stages()) {
      Optional<StagePlan> planned = planned(stage);
      Optional<StageTraining> training = planned.map(StagePlan::training);
      add(
          format,
          stage.name(),
          stage.training().loss().label(),
          number(stage.training().epochs()),
          told(training.map(StageTraining::steps)),
          told(training.map(StageTraining::tokens)),
          told(planned.map(StagePlan::maxLength)),
          planned.map(StagePlan::promptsCut).isEmpty()
              ? UNKNOWN
              : told(planned.map(StagePlan::promptsCut))
                  + "/"
                  + told(planned.map(StagePlan::responsesCut)),
          planned.map(StagePlan::memory).map(PlanText::megabytes).orElse(UNKNOWN));
    }
  }

  private void memory() {
    lines.add("");
    String head = "Memory";
    for (StageSpec stage : spec.stages()) {
      add(
          "%-10s %s: %s",
          head,
          stage.name(),
          planned(stage)
              .map(
                  it ->
                      Optional.ofNullable(it.memory())
                          .map(PlanText::moment)
                          .orElse(
                              "not known: neither examples nor a max_length tell how long texts are"))
              .orElse("not known: see above what speaks against it"));
      head = "";
    }
  }

  private static String moment(StageMemory memory) {
    return memory.bound()
        ? "at most "
            + megabytes(memory)
            + " "
            + memory.moment()
            + " (a bound: as if every text were as long as max_length)"
        : "about " + megabytes(memory) + " " + memory.moment();
  }

  private void notes() {
    if (plan.data().known()) {
      lines.add("");
      add("Lengths are of a prompt with the longer response, before anything is cut.");
      add("Tokens are what the loss reads in all steps, each response with its prompt; what texts");
      add("share is computed once, so that passes hold fewer. Evaluations are not counted.");
      add("Cut: prompts/responses that are too long for the stage, in train and eval together.");
    }
    List<String> early =
        spec.stages().stream()
            .filter(stage -> stage.training().earlyStopPatience() != null)
            .map(StageSpec::name)
            .toList();
    if (!early.isEmpty()) {
      lines.add("");
      add("May stop before its last step (early_stop_patience): %s", String.join(", ", early));
    }
  }

  private Optional<StagePlan> planned(StageSpec stage) {
    return plan.stages().stream().filter(it -> it.name().equals(stage.name())).findFirst();
  }

  private static String number(double epochs) {
    return epochs == Math.rint(epochs)
        ? String.format(Locale.ROOT, "%,.0f", epochs)
        : Double.toString(epochs);
  }

  private static String told(Optional<? extends Number> number) {
    return number.map(it -> String.format(Locale.ROOT, "%,d", it.longValue())).orElse(UNKNOWN);
  }

  private static String megabytes(StageMemory memory) {
    return String.format(Locale.ROOT, "%,d MB", Math.round((double) memory.bytes() / (1 << 20)));
  }

  private void add(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
