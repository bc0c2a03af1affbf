package io.gdpo.local.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.state.Phase;
import io.gdpo.contracts.state.StageState;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageEvaluation;
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
    show(experiment(ExperimentStatus.WAITING_FOR_DATASET, stage(StageState.PENDING, null, null)));
    show(experiment(ExperimentStatus.WAITING_FOR_DATASET, stage(StageState.PENDING, null, null)));
    TrainingProgress progress =
        new TrainingProgress(
            Phase.TRAIN, 10, 40, 320, 0.5, Map.of("loss", 1.25, "jsd", 0.2), 5321, 12);
    show(experiment(ExperimentStatus.RUNNING, stage(StageState.RUNNING, progress, null)));
    show(experiment(ExperimentStatus.RUNNING, stage(StageState.RUNNING, progress, null)));
    show(
        experiment(
            ExperimentStatus.RUNNING,
            stage(
                StageState.SUCCEEDED, progress, evaluation(EvaluationStatus.PENDING, null, null))));
    show(
        experiment(
            ExperimentStatus.SUCCEEDED,
            stage(
                StageState.SUCCEEDED,
                progress,
                evaluation(EvaluationStatus.SUCCEEDED, null, Map.of("jsd", 0.123)))));

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
            ExperimentStatus.FAILED,
            new StageView(
                "sft", null, "sft", "j", StageState.FAILED, "loss is NaN", 1, null, null, null)));

    assertThat(lines()).last().asString().contains("failed: loss is NaN");
  }

  @Test
  void aStageThatNeverRanDoesNotRepeatWhatStoppedTheExperiment() {
    show(
        experiment(
            ExperimentStatus.FAILED,
            new StageView(
                "gdpo",
                "sft",
                "gdpo",
                null,
                StageState.FAILED,
                "no dataset",
                0,
                null,
                null,
                null)));

    assertThat(lines()).last().asString().isEqualTo("gdpo         not run");
  }

  @Test
  void whatAStageWaitsForIsSaidOnce() {
    StageView queued =
        new StageView(
            "sft", null, "sft", "j", StageState.RUNNING, null, 1, null, "the queue q", null);
    show(experiment(ExperimentStatus.RUNNING, queued));
    show(experiment(ExperimentStatus.RUNNING, queued));

    assertThat(lines()).containsOnlyOnce("sft          waits: the queue q");
  }

  @Test
  void anEvaluationsProgressIsShownAsItComes() {
    StageView stage =
        stage(StageState.SUCCEEDED, null, evaluation(EvaluationStatus.PENDING, null, null));
    Evaluating half = evaluating(new EvaluationProgress("samples", 480, 960, "answers"));
    display.show(experiment(ExperimentStatus.RUNNING, stage), evaluating(null));
    display.show(experiment(ExperimentStatus.RUNNING, stage), half);
    display.show(experiment(ExperimentStatus.RUNNING, stage), half);
    show(experiment(ExperimentStatus.RUNNING, stage)); // the evaluator did not answer

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
      StageState status, TrainingProgress progress, StageEvaluation evaluation) {
    return new StageView("sft", null, "sft", "j", status, null, 1, progress, null, evaluation);
  }

  private static StageEvaluation evaluation(
      EvaluationStatus status, String reason, Map<String, Double> metrics) {
    return new StageEvaluation(status, reason, "j-best", metrics, null);
  }

  private static ExperimentView experiment(ExperimentStatus status, StageView stage) {
    boolean ready = status != ExperimentStatus.WAITING_FOR_DATASET;
    return new ExperimentView(
        "e",
        status,
        null,
        null,
        null,
        null,
        "d",
        ready ? "file:///d" : null,
        null,
        null,
        List.of(stage));
  }
}
