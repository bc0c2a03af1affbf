package io.gdpo.local.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.EvaluationView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineDisplayTest {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final LineDisplay display =
      new LineDisplay(new PrintStream(bytes, true, StandardCharsets.UTF_8));

  @Test
  void eachChangeIsOneLine() {
    show(experiment("WAITING_FOR_DATASET", stage("PENDING", null, null)));
    show(experiment("WAITING_FOR_DATASET", stage("PENDING", null, null)));
    TrainingProgress progress =
        new TrainingProgress("train", 10, 40, 320, 0.5, Map.of("loss", 1.25, "jsd", 0.2), 5321, 12);
    show(experiment("RUNNING", stage("RUNNING", progress, null)));
    show(experiment("RUNNING", stage("RUNNING", progress, null)));
    show(experiment("RUNNING", stage("SUCCEEDED", progress, evaluation("PENDING", null, null))));
    show(
        experiment(
            "SUCCEEDED",
            stage("SUCCEEDED", progress, evaluation("SUCCEEDED", null, Map.of("jsd", 0.123)))));

    assertThat(lines())
        .containsExactly(
            "dataset      being built",
            "dataset      ready: file:///d",
            "sft          training, attempt 1",
            "sft          step 10 of 40, loss 1.250, JSD 0.200, 5,321 tokens/s, 12 s left",
            "sft          trained, being evaluated",
            "sft          evaluated, JSD 0.123");
  }

  @Test
  void aFailureSaysItsReason() {
    show(
        experiment(
            "FAILED",
            new StageView("sft", null, "sft", "j", "FAILED", "loss is NaN", 1, null, null)));

    assertThat(lines()).last().asString().contains("failed: loss is NaN");
  }

  @Test
  void aStageThatNeverRanDoesNotRepeatWhatStoppedTheExperiment() {
    show(
        experiment(
            "FAILED",
            new StageView("gdpo", "sft", "gdpo", null, "FAILED", "no dataset", 0, null, null)));

    assertThat(lines()).last().asString().isEqualTo("gdpo         not run");
  }

  @Test
  void anEvaluationsProgressIsShownAsItComes() {
    StageView stage = stage("SUCCEEDED", null, evaluation("PENDING", null, null));
    Evaluating half = evaluating(new EvaluationProgress("samples", 480, 960, "answers"));
    display.show(experiment("RUNNING", stage), evaluating(null));
    display.show(experiment("RUNNING", stage), half);
    display.show(experiment("RUNNING", stage), half);
    show(experiment("RUNNING", stage)); // the evaluator did not answer

    assertThat(lines())
        .endsWith(
            "sft          trained, being evaluated",
            "sft          evaluating, samples: 480 of 960 answers");
  }

  private static Evaluating evaluating(EvaluationProgress progress) {
    return new Evaluating(Map.of("j-best", Optional.ofNullable(progress)));
  }

  private void show(ExperimentView experiment) {
    display.show(experiment, Evaluating.NOTHING);
  }

  private List<String> lines() {
    return bytes.toString(StandardCharsets.UTF_8).lines().map(String::strip).toList();
  }

  private static StageView stage(
      String status, TrainingProgress progress, EvaluationView evaluation) {
    return new StageView("sft", null, "sft", "j", status, null, 1, progress, evaluation);
  }

  private static EvaluationView evaluation(
      String status, String reason, Map<String, Double> metrics) {
    return new EvaluationView(status, reason, "j-best", metrics, null);
  }

  private static ExperimentView experiment(String status, StageView stage) {
    boolean ready = !"WAITING_FOR_DATASET".equals(status);
    return new ExperimentView(
        "e", status, null, null, null, "d", ready ? "file:///d" : null, List.of(stage));
  }
}
