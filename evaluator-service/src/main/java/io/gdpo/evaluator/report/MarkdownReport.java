package io.gdpo.evaluator.report;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.evaluator.interval.Comparison;
import io.gdpo.evaluator.interval.Interval;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report as Markdown: reads well in a terminal and in a repository. */
final class MarkdownReport {
  private MarkdownReport() {}

  static String render(ExperimentReport report) {
    StringBuilder out = new StringBuilder();
    out.append("# Experiment ").append(report.experiment()).append("\n\n");
    boolean beliefs =
        report.stages().stream().anyMatch(s -> s.metrics().containsKey(MetricKey.JSD.id()));
    long done = report.stages().stream().filter(StageReport::isEvaluated).count();
    out.append(done)
        .append(" of ")
        .append(report.stages().size())
        .append(" checkpoints evaluated on ")
        .append(
            beliefs || done == 0
                ? report.questions().size() + " questions"
                : "examples that tell no beliefs")
        .append("; as of ")
        .append(report.generatedAt())
        .append(".\n\n");
    report.notes().forEach(note -> out.append("**Note:** ").append(text(note)).append("\n\n"));
    out.append("## Stages\n\n");
    stages(report, beliefs ? MetricKey.headline() : MetricKey.ofModels(), out);
    failures(report, out);
    comparisons(report, out);
    groups(report, out);
    yardsticks(report, out);
    if (report.stages().stream().anyMatch(s -> s.metrics().containsKey(MetricKey.JSD_BITS.id()))) {
      out.append("Other distances to the group, and how wide each distribution is:\n\n");
      stages(report, MetricKey.distribution(), out);
    }
    if (beliefs) {
      out.append("## More of each stage\n\n");
      stages(report, MetricKey.more(), out);
    }
    worst(report, out);
    models(report, out);
    settings(report, out);
    meanings(out);
    return out.toString();
  }

  private static void stages(ExperimentReport report, List<MetricKey> wanted, StringBuilder out) {
    List<MetricKey> columns =
        wanted.stream()
            .filter(c -> report.stages().stream().anyMatch(s -> s.metrics().containsKey(c.id())))
            .toList();
    row(out, Stream.concat(Stream.of("stage", "loss"), columns.stream().map(MetricKey::label)));
    row(
        out,
        Stream.concat(
            Stream.of("---", "---"), Collections.nCopies(columns.size(), "--:").stream()));
    for (StageReport stage : report.stages()) {
      List<String> cells = new ArrayList<>(List.of(stage.name(), stage.checkpoint().loss()));
      if (stage.isEvaluated()) {
        columns.forEach(column -> cells.add(cell(stage, column)));
      } else {
        cells.add(stage.status().name().toLowerCase(Locale.ROOT));
        cells.addAll(Collections.nCopies(Math.max(0, columns.size() - 1), ""));
      }
      row(out, cells.stream());
    }
    out.append('\n');
  }

  private static void failures(ExperimentReport report, StringBuilder out) {
    for (StageReport stage : report.stages()) {
      if (stage.reason() != null) {
        out.append("* ")
            .append(stage.name())
            .append(": ")
            .append(text(stage.reason()))
            .append("\n\n");
      }
    }
  }

  private static String cell(StageReport stage, MetricKey metric) {
    Map<String, Double> metrics = stage.metrics();
    Double value = metrics.get(metric.id());
    if (value == null) {
      return "";
    }
    String interval =
        metric == MetricKey.JSD && stage.intervals().containsKey(metric.id())
            ? " " + interval(stage.intervals().get(metric.id()))
            : "";
    return number(value)
        + interval
        + metric
            .beside()
            .filter(other -> metrics.containsKey(other.metric().id()))
            .map(
                other ->
                    " (%s %s)".formatted(other.word(), number(metrics.get(other.metric().id()))))
            .orElse("");
  }

  private static String interval(Interval interval) {
    return "[" + number(interval.low()) + ", " + number(interval.high()) + "]";
  }

  /** A difference that the choice of questions may have made is none. */
  private static void comparisons(ExperimentReport report, StringBuilder out) {
    if (report.stages().stream().anyMatch(StageReport::isEvaluated)
        && report.questions().size() == 1) {
      out.append(
          "There is one question: it tells nothing of others, and there are no intervals.\n\n");
    }
    if (report.comparisons().isEmpty()) {
      return;
    }
    out.append(
            "Is a stage nearer to the group? Its JSD less another's, question by question; in brackets what it")
        .append(" would be for 95 of 100 draws of as many questions:\n\n");
    row(out, Stream.of("stage", "than", "difference", ""));
    row(out, Stream.of("---", "---", "--:", "---"));
    for (Comparison comparison : report.comparisons()) {
      row(
          out,
          Stream.of(
              comparison.stage(),
              comparison.than(),
              number(comparison.difference()) + " " + interval(comparison.interval()),
              switch (comparison.verdict()) {
                case LOWER -> "nearer";
                case HIGHER -> "farther";
                case NOT_TOLD_APART -> "cannot be told apart";
              }));
    }
    out.append('\n');
  }

  private static void yardsticks(ExperimentReport report, StringBuilder out) {
    if (report.yardsticks().isEmpty()) {
      return;
    }
    out.append("Yardsticks, on the same questions:\n\n");
    row(out, Stream.of("yardstick", "JSD"));
    row(out, Stream.of("---", "--:"));
    for (MetricKey yardstick : MetricKey.yardsticks()) {
      if (report.yardsticks().containsKey(yardstick.id())) {
        row(out, Stream.of(yardstick.label(), number(report.yardsticks().get(yardstick.id()))));
      }
    }
    out.append('\n');
  }

  /** Several groups' distances side by side: a mean over all hides the one that was lost. */
  private static void groups(ExperimentReport report, StringBuilder out) {
    List<StageReport> stages =
        report.stages().stream().filter(stage -> stage.groups() != null).toList();
    if (stages.isEmpty()) {
      return;
    }
    List<String> groups =
        stages.stream().flatMap(stage -> stage.groups().keySet().stream()).distinct().toList();
    out.append("JSD of each group, mean over the questions that it was asked:\n\n");
    row(out, Stream.concat(Stream.of("stage"), groups.stream().map(MarkdownReport::text)));
    row(out, Stream.concat(Stream.of("---"), groups.stream().map(group -> "--:")));
    for (StageReport stage : stages) {
      row(
          out,
          Stream.concat(
              Stream.of(stage.name()),
              groups.stream()
                  .map(group -> stage.groups().getOrDefault(group, Map.of()))
                  .map(means -> means.get(MetricKey.JSD.id()))
                  .map(value -> value == null ? "" : number(value))));
    }
    out.append('\n');
  }

  private static void worst(ExperimentReport report, StringBuilder out) {
    if (report.questions().isEmpty()) {
      return;
    }
    out.append("## Worst questions\n\n");
    row(out, Stream.of("stage", "JSD", "question", "group", "model"));
    row(out, Stream.of("---", "--:", "---", "---", "---"));
    for (StageReport stage : report.stages()) {
      for (String id : stage.worst()) {
        QuestionReport question = report.question(id);
        QuestionReport.Answer answer = question.stages().get(stage.name());
        row(
            out,
            Stream.of(
                stage.name(),
                number(answer.metrics().get(MetricKey.JSD.id())),
                text(question.question()),
                distribution(question.target()),
                distribution(answer.predicted())));
      }
    }
    out.append(
        "\nDistributions are percentages of belief classes 0 to 5 (5 and 4 favour, 3 neutral, 2 and 1 oppose, 0 no opinion).\n\n");
  }

  private static void models(ExperimentReport report, StringBuilder out) {
    out.append("## Models\n\n");
    row(out, Stream.of("stage", "its model", "measured against"));
    row(out, Stream.of("---", "---", "---"));
    for (StageReport stage : report.stages()) {
      row(out, Stream.of(stage.name(), stage.modelFolder(), stage.referenceFolder()));
    }
    out.append(
        "\nA model is a folder in Hugging Face layout. One with `adapter_config.json` holds low-rank updates, and names the folder of the model below them.\n\n");
  }

  private static void settings(ExperimentReport report, StringBuilder out) {
    out.append("## Settings\n\n");
    row(
        out,
        Stream.of(
            "stage",
            "checkpoint",
            "step",
            "beta",
            "split",
            "samples a prompt",
            "longest sample",
            "seed"));
    row(out, Stream.of("---", "---", "--:", "--:", "---", "--:", "--:", "--:"));
    for (StageReport stage : report.stages()) {
      EvaluationSpec evaluation = stage.evaluation();
      row(
          out,
          Stream.of(
                  stage.name(),
                  stage.checkpoint().id(),
                  stage.checkpoint().step(),
                  stage.checkpoint().beta(),
                  evaluation.split().label(),
                  evaluation.samples(),
                  evaluation.maxNewTokens(),
                  evaluation.seed())
              .map(String::valueOf));
    }
    out.append('\n');
  }

  private static void meanings(StringBuilder out) {
    out.append("## How to read it\n\n");
    for (MetricKey metric : MetricKey.values()) {
      out.append("* **")
          .append(metric.label())
          .append("**: ")
          .append(metric.meaning())
          .append('\n');
    }
  }

  private static String distribution(List<Double> distribution) {
    return distribution.stream()
        .map(p -> String.valueOf(Math.round(100 * p)))
        .collect(Collectors.joining(" "));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /** What comes from data is text: no mark-up, no HTML, nothing that a terminal obeys. */
  private static String text(String data) {
    return Reason.harmless(String.valueOf(data)).replaceAll("([\\\\`*_\\[\\]<>])", "\\\\$1");
  }

  private static void row(StringBuilder out, Stream<String> cells) {
    out.append(
        cells
            .map(c -> c.replace("|", "\\|").replaceAll("\\s+", " "))
            .collect(Collectors.joining(" | ", "| ", " |\n")));
  }
}
