package io.gdpo.evaluator.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.spec.HeldOutSplit;
import io.gdpo.contracts.state.EvaluationStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Instant NOW = Instant.parse("2025-01-02T03:04:05Z");
  private static final EvaluationSpec SPEC = EvaluationSpec.defaults();

  @Test
  void stagesStandSideBySideAndYardsticksApart() {
    ExperimentReport report =
        ExperimentReport.of(
            "river", List.of(evaluated("sft", 0.2), evaluated("gdpo", 0.1), pending("dpo")), NOW);
    assertThat(report.complete()).isFalse();
    assertThat(report.stages()).extracting(StageReport::name).containsExactly("sft", "gdpo", "dpo");
    assertThat(report.stages().get(0).metrics()).containsOnlyKeys("jsd", "belief_mass");
    assertThat(report.yardsticks()).containsExactly(Map.entry("yardstick/uniform", 0.46));
    assertThat(report.question("hard").stages()).containsOnlyKeys("sft", "gdpo");
    assertThat(report.stages().get(0).worst()).containsExactly("hard", "easy");
    assertThat(report.notes()).isEmpty();
  }

  @Test
  void whichStageIsNearerIsToldQuestionByQuestion() {
    ExperimentReport report =
        ExperimentReport.of("river", List.of(evaluated("sft", 0.2), evaluated("gdpo", 0.1)), NOW);

    assertThat(report.comparisons())
        .singleElement()
        .satisfies(
            it -> {
              assertThat(it.stage()).isEqualTo("gdpo");
              assertThat(it.than()).isEqualTo("sft");
              assertThat(it.questions()).isEqualTo(2);
            });
    assertThat(MarkdownReport.render(report)).contains("Is a stage nearer", "| gdpo | sft | ");
    EvaluationResult one = result(Map.of("jsd", 0.1), List.of(question("easy", "Peru", 0.1)));
    ExperimentReport ofOne =
        ExperimentReport.of(
            "one",
            List.of(entry(checkpoint("sft", CheckpointKind.BEST), SPEC, Optional.of(one))),
            NOW);
    assertThat(ofOne.stages().get(0).intervals()).isEmpty();
    assertThat(MarkdownReport.render(ofOne)).contains("There is one question");
  }

  @Test
  void severalGroupsStandSideBySide() {
    EvaluationResult result =
        result(
            Map.of("jsd", 0.8 / 3),
            List.of(
                question("easy", "Peru", 0.1),
                question("hard", "Peru", 0.2),
                question("easy", "Chad", 0.5)));
    ExperimentReport report =
        ExperimentReport.of(
            "two",
            List.of(entry(checkpoint("sft", CheckpointKind.BEST), SPEC, Optional.of(result))),
            NOW);

    StageReport stage = report.stages().get(0);
    assertThat(stage.worst()).containsExactly("easy, Chad", "hard, Peru", "easy, Peru");
    assertThat(stage.groups()).containsOnlyKeys("Peru", "Chad");
    assertThat(stage.groups().get("Peru").get("jsd")).isCloseTo(0.15, within(1e-12));
    assertThat(report.question("easy, Chad").question()).isEqualTo("Chad: Is it easy?");
    assertThat(MarkdownReport.render(report))
        .contains("JSD of each group", "| stage | Peru | Chad |", "| sft | 0.150 | 0.500 |");
  }

  @Test
  void twoCheckpointsOfOneStageAreToldApart() {
    ExperimentReport report =
        ExperimentReport.of(
            "river",
            List.of(
                entry(checkpoint("sft", CheckpointKind.BEST), SPEC, Optional.empty()),
                entry(checkpoint("sft", CheckpointKind.FINAL), SPEC, Optional.empty())),
            NOW);
    assertThat(report.stages())
        .extracting(StageReport::name)
        .containsExactly("sft (best)", "sft (final)");
  }

  @Test
  void stagesWithOtherSettingsAreNotComparedSilently() {
    ExperimentReport report =
        ExperimentReport.of(
            "river",
            List.of(
                entry(checkpoint("sft", CheckpointKind.BEST), SPEC, Optional.empty()),
                entry(
                    checkpoint("dpo", CheckpointKind.BEST),
                    new EvaluationSpec(HeldOutSplit.EVAL, null, null, null, null),
                    Optional.empty())),
            NOW);
    assertThat(report.notes()).singleElement().asString().contains("compare with care");
  }

  @Test
  void aTornProgressLineIsToldAndTheOthersAreShown() {
    JobProgress progress =
        JobProgress.parse(
            """
            {"phase":"eval","step":10,"total_steps":20,"examples":320,"epoch":0.5,"metrics":{"jsd":0.2},"tokens_per_second":0,"eta_seconds":1}
            {"phase":"eval","st
            """);
    assertThat(progress.lines()).singleElement().extracting("step").isEqualTo(10L);
    assertThat(progress.unreadable()).isEqualTo(1);
    ExperimentReport report =
        ExperimentReport.of(
            "river",
            List.of(
                new ExperimentReport.Entry(
                    checkpoint("sft", CheckpointKind.BEST),
                    SPEC,
                    EvaluationStatus.PENDING,
                    Optional.empty(),
                    Optional.empty(),
                    progress,
                    List.of())),
            NOW);
    assertThat(report.notes()).singleElement().asString().contains("1 lines of", "sft");
  }

  @Test
  void markdownHasTheTableTheYardsticksAndTheWorstQuestions() {
    String markdown =
        MarkdownReport.render(
            ExperimentReport.of(
                "river",
                List.of(evaluated("sft", 0.2), failed("dpo", "no | model"), pending("gdpo")),
                NOW));
    assertThat(markdown)
        .contains("# Experiment river")
        .contains("1 of 3 checkpoints evaluated on 2 questions")
        .contains("| stage | loss | JSD | Belief mass |")
        .contains("| sft | sft | 0.200 [0.100, 0.300] | 0.990 |")
        .contains("| dpo | dpo | failed |")
        .contains("* dpo: no | model")
        .contains("| gdpo | gdpo | pending |")
        .contains("| Uniform | 0.460 |")
        .contains("| stage | its model | measured against |")
        .contains("| sft | /models/sft \\| best | /models/start |")
        .contains("| sft | 0.300 | Is it hard? | 0 25 0 0 0 75 | 0 50 0 0 0 50 |");
    assertThat(markdown.indexOf("Uniform"))
        .as("yardsticks belong to the first section, which a terminal shows")
        .isLessThan(markdown.indexOf("## ", markdown.indexOf("## Stages") + 1));
  }

  @Test
  void whatComesFromDataIsTextInMarkdownWhateverItHolds() {
    String markdown =
        MarkdownReport.render(
            ExperimentReport.of("river", List.of(failed("dpo", "<b>\u001b[31m*x*")), NOW));

    assertThat(markdown).contains("* dpo: \\<b\\>\ufffd\\[31m\\*x\\*").doesNotContain("\u001b");
  }

  @Test
  void whereAModelLiesIsAPathOnThisMachineAndElseTheAddressAsItIs() {
    assertThat(folders("file:///a%20b/best/", null)).containsExactly("/a b/best", "");
    assertThat(folders("s3://bucket/best", "file:relative"))
        .containsExactly("s3://bucket/best", "file:relative");
    assertThat(folders("file:/with a blank", "file:///"))
        .containsExactly("file:/with a blank", "/");
  }

  private static List<String> folders(String model, String reference) {
    Checkpoint checkpoint =
        new Checkpoint(
            "id",
            "job",
            "river",
            "sft",
            "sft",
            CheckpointKind.BEST,
            1,
            model,
            reference,
            "",
            "",
            0.1,
            96,
            60);
    ExperimentReport report =
        ExperimentReport.of("river", List.of(entry(checkpoint, SPEC, Optional.empty())), NOW);
    JsonNode stage = Json.EVENTS.valueToTree(report).path("stages").path(0);
    return List.of(stage.path("model_folder").asText(), stage.path("reference_folder").asText());
  }

  /** Each has a value of its own to be found by; the margin of all pairs is in the page alone. */
  @Test
  void everyMetricWithAKeyIsInMarkdownWithItsValueAndItsMeaning() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (MetricKey key : MetricKey.values()) {
      metrics.put(key.id(), (100 + key.ordinal()) / 1000.0);
    }
    String markdown =
        MarkdownReport.render(
            ExperimentReport.of("river", List.of(evaluated("sft", 0.5, metrics)), NOW));
    for (MetricKey key : MetricKey.values()) {
      assertThat(markdown).contains("* **" + key.label() + "**: " + key.meaning());
      if (key != MetricKey.MARGIN) {
        assertThat(markdown).contains(String.format(Locale.ROOT, "%.3f", metrics.get(key.id())));
      }
    }
    assertThat(markdown)
        .contains(
            String.format(
                Locale.ROOT,
                "| %.3f (floor %.3f) |",
                metrics.get("jsd_sampled"),
                metrics.get("jsd_sampled_noise_floor")),
            String.format(
                Locale.ROOT,
                "| %.3f (of %.3f) |",
                metrics.get("minority_coverage"),
                metrics.get("minority_coverage_expected")));
  }

  private static ExperimentReport.Entry evaluated(String stage, double jsd) {
    return evaluated(
        stage, jsd, Map.of("jsd", jsd, "belief_mass", 0.99, "yardstick/uniform", 0.46));
  }

  private static ExperimentReport.Entry evaluated(
      String stage, double jsd, Map<String, Double> metrics) {
    Checkpoint checkpoint = checkpoint(stage, CheckpointKind.BEST);
    return entry(
        checkpoint,
        SPEC,
        Optional.of(
            result(metrics, List.of(question("easy", jsd - 0.1), question("hard", jsd + 0.1)))));
  }

  private static EvaluationResult result(
      Map<String, Double> metrics, List<QuestionResult> questions) {
    Checkpoint checkpoint = checkpoint("sft", CheckpointKind.BEST);
    return new EvaluationResult(checkpoint, SPEC, NOW, 1.5, 2, 16, 4, metrics, questions);
  }

  private static QuestionResult question(String id, double jsd) {
    return question(id, null, jsd);
  }

  private static QuestionResult question(String id, String group, double jsd) {
    return new QuestionResult(
        id,
        "Is it " + id + "?",
        Map.of(5, "Yes", 1, "No"),
        1,
        2,
        List.of(0.0, 0.25, 0.0, 0.0, 0.0, 0.75),
        List.of(0.0, 0.5, 0.0, 0.0, 0.0, 0.5),
        List.of(0, 4, 0, 0, 0, 4),
        0,
        Map.of("jsd", jsd),
        List.of("5<Yes>Sure."),
        group);
  }

  private static ExperimentReport.Entry pending(String stage) {
    return entry(checkpoint(stage, CheckpointKind.BEST), SPEC, Optional.empty());
  }

  private static ExperimentReport.Entry failed(String stage, String reason) {
    return new ExperimentReport.Entry(
        checkpoint(stage, CheckpointKind.BEST),
        SPEC,
        EvaluationStatus.FAILED,
        Optional.of(reason),
        Optional.empty(),
        JobProgress.NONE,
        List.of());
  }

  private static ExperimentReport.Entry entry(
      Checkpoint checkpoint, EvaluationSpec spec, Optional<EvaluationResult> result) {
    return new ExperimentReport.Entry(
        checkpoint,
        spec,
        result.isPresent() ? EvaluationStatus.SUCCEEDED : EvaluationStatus.PENDING,
        Optional.empty(),
        result,
        JobProgress.NONE,
        List.of());
  }

  private static Checkpoint checkpoint(String stage, CheckpointKind kind) {
    return new Checkpoint(
        stage + "-" + kind.label(),
        "job",
        "river",
        stage,
        stage,
        kind,
        40,
        "file:///models/" + stage + "%20%7C%20" + kind.label() + "/",
        "file:/models/start",
        "file:/d",
        "file:/p",
        0.1,
        96,
        60);
  }
}
