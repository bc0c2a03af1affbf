package io.gdpo.trainer.experiment;

import io.gdpo.contracts.state.ExperimentStatus;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides what an experiment does next from where its stages stand: which stages to release, which
 * can no longer run, and whether the experiment is over. A value without side effects; {@link
 * Experiments} carries the decision out.
 *
 * <p>A stage runs once its parent has succeeded. What starts from a failed stage fails with it;
 * branches that do not are trained and evaluated to their end, since their results are worth having
 * and cost nothing more to keep. Only then is the experiment over.
 *
 * @param nodes in the order of the specification
 */
record StageGraph(List<Node> nodes) {

  /**
   * A stage as the decision sees it.
   *
   * @param parent absent for a root
   * @param reason why it failed or was cancelled
   */
  record Node(
      String name,
      Optional<String> parent,
      StageStatus status,
      Optional<String> reason,
      EvaluationStatus evaluation,
      Optional<String> evaluationReason) {}

  /** A stage that ends without having run. */
  record Ending(String stage, StageStatus status, String reason) {}

  /** How the experiment ends. */
  record Conclusion(ExperimentStatus status, Optional<String> reason) {}

  /**
   * What to do now.
   *
   * @param releases stages whose jobs can be queued
   */
  record Decision(List<String> releases, List<Ending> endings, Optional<Conclusion> conclusion) {}

  StageGraph {
    nodes = List.copyOf(nodes);
  }

  /** The decision for an experiment that goes on. */
  Decision next() {
    Settled settled = settle();
    List<String> releases =
        nodes.stream()
            .filter(n -> settled.status(n) == StageStatus.PENDING)
            .filter(
                n ->
                    n.parent().map(settled::status).orElse(StageStatus.SUCCEEDED)
                        == StageStatus.SUCCEEDED)
            .map(Node::name)
            .toList();
    return new Decision(releases, settled.endings(), conclusion(settled));
  }

  /**
   * The decision for an experiment that was asked to stop: nothing starts any more, and it is over
   * when all that ran for it is gone.
   */
  Decision cancelled(String reason) {
    List<Ending> endings =
        nodes.stream()
            .filter(n -> n.status() == StageStatus.PENDING)
            .map(n -> new Ending(n.name(), StageStatus.CANCELLED, reason))
            .toList();
    boolean stopped =
        nodes.stream()
            .noneMatch(
                n ->
                    n.status() == StageStatus.RELEASED
                        || n.evaluation() == EvaluationStatus.PENDING);
    return new Decision(
        List.of(),
        endings,
        stopped
            ? Optional.of(new Conclusion(ExperimentStatus.CANCELLED, Optional.of(reason)))
            : Optional.empty());
  }

  private Optional<Conclusion> conclusion(Settled settled) {
    boolean training = nodes.stream().anyMatch(n -> !settled.status(n).isTerminal());
    boolean evaluating = nodes.stream().anyMatch(n -> n.evaluation() == EvaluationStatus.PENDING);
    if (training || evaluating) {
      return Optional.empty();
    }
    for (Node node : nodes) {
      if (node.status() == StageStatus.FAILED) {
        return Optional.of(
            new Conclusion(
                ExperimentStatus.FAILED,
                Optional.of("stage '" + node.name() + "' failed: " + node.reason().orElse(""))));
      }
      if (node.evaluation() == EvaluationStatus.FAILED) {
        return Optional.of(
            new Conclusion(
                ExperimentStatus.FAILED,
                Optional.of(
                    "evaluation of stage '"
                        + node.name()
                        + "' failed: "
                        + node.evaluationReason().orElse(""))));
      }
    }
    for (Node node : nodes) {
      if (node.status() == StageStatus.CANCELLED) {
        return Optional.of(
            new Conclusion(
                ExperimentStatus.CANCELLED,
                Optional.of("stage '" + node.name() + "': " + node.reason().orElse(""))));
      }
      if (node.evaluation() == EvaluationStatus.CANCELLED) {
        return Optional.of(
            new Conclusion(
                ExperimentStatus.CANCELLED,
                Optional.of(
                    "evaluation of stage '"
                        + node.name()
                        + "': "
                        + node.evaluationReason().orElse(""))));
      }
    }
    return Optional.of(new Conclusion(ExperimentStatus.SUCCEEDED, Optional.empty()));
  }

  /** Ends, level by level, the pending stages whose parents ended without success. */
  private Settled settle() {
    Map<String, StageStatus> statuses = new HashMap<>();
    nodes.forEach(n -> statuses.put(n.name(), n.status()));
    List<Ending> endings = new ArrayList<>();
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Node node : nodes) {
        StageStatus parent = node.parent().map(statuses::get).orElse(StageStatus.SUCCEEDED);
        if (statuses.get(node.name()) == StageStatus.PENDING
            && parent.isTerminal()
            && parent != StageStatus.SUCCEEDED) {
          String how = parent == StageStatus.FAILED ? "failed" : "was cancelled";
          endings.add(
              new Ending(
                  node.name(),
                  parent,
                  "stage '" + node.parent().orElseThrow() + "', which it starts from, " + how));
          statuses.put(node.name(), parent);
          changed = true;
        }
      }
    }
    return new Settled(statuses, endings);
  }

  private record Settled(Map<String, StageStatus> statuses, List<Ending> endings) {
    StageStatus status(Node node) {
      return statuses.get(node.name());
    }

    StageStatus status(String name) {
      return statuses.get(name);
    }
  }
}
