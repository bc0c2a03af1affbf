package io.gdpo.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.trainer.experiment.StageGraph.Conclusion;
import io.gdpo.trainer.experiment.StageGraph.Ending;
import io.gdpo.trainer.experiment.StageGraph.Node;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StageGraphTest {

  @Test
  void rootsAreReleasedFirstAndAllAtOnce() {
    assertThat(graph(pending("sft"), pending("other"), pending("dpo", "sft")).next().releases())
        .containsExactly("sft", "other");
  }

  @Test
  void allBranchesAreReleasedWhenTheirParentHasSucceededEvenBeforeItIsEvaluated() {
    assertThat(
            graph(
                    ended("sft", StageStatus.SUCCEEDED, EvaluationStatus.PENDING),
                    pending("dpo", "sft"),
                    pending("gdpo", "sft"),
                    pending("more", "gdpo"))
                .next()
                .releases())
        .containsExactly("dpo", "gdpo");
  }

  @Test
  void nothingIsReleasedWhileTheParentRuns() {
    StageGraph.Decision decision = graph(released("sft"), pending("dpo", "sft")).next();
    assertThat(decision.releases()).isEmpty();
    assertThat(decision.endings()).isEmpty();
    assertThat(decision.conclusion()).isEmpty();
  }

  @Test
  void aFailedStageFailsAllThatStartsFromItWhateverTheOrderOfTheFile() {
    StageGraph.Decision decision =
        graph(pending("last", "middle"), pending("middle", "sft"), failed("sft", "loss is NaN"))
            .next();
    assertThat(decision.endings())
        .containsExactly(
            new Ending("middle", StageStatus.FAILED, "stage 'sft', which it starts from, failed"),
            new Ending("last", StageStatus.FAILED, "stage 'middle', which it starts from, failed"));
    assertThat(decision.conclusion())
        .contains(conclusion(ExperimentStatus.FAILED, "stage 'sft' failed: loss is NaN"));
  }

  @Test
  void aBranchThatDoesNotStartFromTheFailedStageGoesOnToItsEnd() {
    Node sft = ended("sft", StageStatus.SUCCEEDED, EvaluationStatus.SUCCEEDED);
    Node dpo = failed("dpo", "loss is NaN");
    assertThat(graph(sft, dpo, released("gdpo")).next().conclusion()).isEmpty();
    assertThat(
            graph(sft, dpo, ended("gdpo", StageStatus.SUCCEEDED, EvaluationStatus.PENDING))
                .next()
                .conclusion())
        .isEmpty();
    assertThat(
            graph(sft, dpo, ended("gdpo", StageStatus.SUCCEEDED, EvaluationStatus.SUCCEEDED))
                .next()
                .conclusion())
        .contains(conclusion(ExperimentStatus.FAILED, "stage 'dpo' failed: loss is NaN"));
  }

  @Test
  void theExperimentSucceedsOnlyWhenEveryAnnouncedCheckpointIsEvaluated() {
    Node sft = ended("sft", StageStatus.SUCCEEDED, EvaluationStatus.SUCCEEDED);
    assertThat(
            graph(sft, ended("dpo", StageStatus.SUCCEEDED, EvaluationStatus.PENDING))
                .next()
                .conclusion())
        .isEmpty();
    assertThat(
            graph(sft, ended("dpo", StageStatus.SUCCEEDED, EvaluationStatus.NONE))
                .next()
                .conclusion())
        .contains(new Conclusion(ExperimentStatus.SUCCEEDED, Optional.empty()));
  }

  @Test
  void aFailedEvaluationFailsTheExperimentButNoStage() {
    StageGraph.Decision decision =
        graph(
                new Node(
                    "sft",
                    Optional.empty(),
                    StageStatus.SUCCEEDED,
                    Optional.empty(),
                    EvaluationStatus.FAILED,
                    Optional.of("no test split")))
            .next();
    assertThat(decision.endings()).isEmpty();
    assertThat(decision.conclusion())
        .contains(
            conclusion(ExperimentStatus.FAILED, "evaluation of stage 'sft' failed: no test split"));
  }

  @Test
  void aCancelledStageCancelsItsBranchAndTheExperiment() {
    StageGraph.Decision decision =
        graph(
                new Node(
                    "sft",
                    Optional.empty(),
                    StageStatus.CANCELLED,
                    Optional.of("cancelled on request"),
                    EvaluationStatus.NONE,
                    Optional.empty()),
                pending("dpo", "sft"))
            .next();
    assertThat(decision.endings())
        .containsExactly(
            new Ending(
                "dpo", StageStatus.CANCELLED, "stage 'sft', which it starts from, was cancelled"));
    assertThat(decision.conclusion())
        .contains(conclusion(ExperimentStatus.CANCELLED, "stage 'sft': cancelled on request"));
  }

  @Test
  void aCancelledExperimentStartsNothingAndIsOverWhenItsProcessesAreGone() {
    StageGraph.Decision running =
        graph(released("sft"), pending("dpo", "sft")).cancelled("cancelled on request");
    assertThat(running.releases()).isEmpty();
    assertThat(running.endings())
        .containsExactly(new Ending("dpo", StageStatus.CANCELLED, "cancelled on request"));
    assertThat(running.conclusion()).isEmpty();

    assertThat(
            graph(
                    ended("sft", StageStatus.SUCCEEDED, EvaluationStatus.PENDING),
                    pending("dpo", "sft"))
                .cancelled("cancelled on request")
                .conclusion())
        .isEmpty();
    assertThat(
            graph(
                    ended("sft", StageStatus.SUCCEEDED, EvaluationStatus.CANCELLED),
                    ended("dpo", StageStatus.CANCELLED, EvaluationStatus.NONE))
                .cancelled("cancelled on request")
                .conclusion())
        .contains(conclusion(ExperimentStatus.CANCELLED, "cancelled on request"));
  }

  private static StageGraph graph(Node... nodes) {
    return new StageGraph(List.of(nodes));
  }

  private static Conclusion conclusion(ExperimentStatus status, String reason) {
    return new Conclusion(status, Optional.of(reason));
  }

  private static Node pending(String name) {
    return node(name, Optional.empty(), StageStatus.PENDING, EvaluationStatus.NONE);
  }

  private static Node pending(String name, String parent) {
    return node(name, Optional.of(parent), StageStatus.PENDING, EvaluationStatus.NONE);
  }

  private static Node released(String name) {
    return node(name, Optional.empty(), StageStatus.RELEASED, EvaluationStatus.NONE);
  }

  private static Node ended(String name, StageStatus status, EvaluationStatus evaluation) {
    return node(name, Optional.empty(), status, evaluation);
  }

  private static Node failed(String name, String reason) {
    return new Node(
        name,
        Optional.empty(),
        StageStatus.FAILED,
        Optional.of(reason),
        EvaluationStatus.NONE,
        Optional.empty());
  }

  private static Node node(
      String name, Optional<String> parent, StageStatus status, EvaluationStatus evaluation) {
    return new Node(name, parent, status, Optional.empty(), evaluation, Optional.empty());
  }
}
