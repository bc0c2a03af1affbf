package io.gdpo.local.watch;

import static io.gdpo.contracts.metric.MetricKey.JSD;

import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageEvaluation;
import io.gdpo.contracts.view.ExperimentView.StageView;
import java.util.Locale;

/** Shows how an experiment goes, each time it is asked about. */
sealed interface ProgressDisplay extends AutoCloseable permits BarDisplay, LineDisplay {

  /** Shows what is new. */
  void show(ExperimentView experiment, Evaluating evaluating);

  @Override
  void close();

  /** The figures of a train line: loss, JSD if it is measured, speed. */
  static String figures(TrainingProgress progress) {
    StringBuilder text = new StringBuilder();
    append(text, "loss", progress.metrics().get("loss"));
    append(text, JSD.label(), progress.metrics().get(JSD.id()));
    if (progress.tokensPerSecond() > 0) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s%,.0f tokens/s",
              text.isEmpty() ? "" : ", ",
              progress.tokensPerSecond()));
    }
    return text.toString();
  }

  private static void append(StringBuilder text, String name, Double value) {
    if (value != null) {
      text.append(String.format(Locale.ROOT, "%s%s %.3f", text.isEmpty() ? "" : ", ", name, value));
    }
  }

  /** What happens after training, or why it does not go on; empty while a stage trains. */
  static String outcome(StageView stage) {
    return switch (stage.status()) {
      case SUCCEEDED -> evaluation(stage.evaluation());
      case FAILED -> stage.attempts() == 0 ? "not run" : "failed: " + stage.reason();
      case CANCELLED -> "cancelled";
      default -> "";
    };
  }

  /** What keeps a stage that trains from getting on; empty if nothing does. */
  static String waits(StageView stage) {
    return stage.waitsFor() == null ? "" : "waits: " + stage.waitsFor();
  }

  private static String evaluation(StageEvaluation evaluation) {
    if (evaluation == null) {
      return "trained";
    }
    return switch (evaluation.status()) {
      case SUCCEEDED -> {
        Double jsd = evaluation.metrics() == null ? null : evaluation.metrics().get(JSD.id());
        yield jsd == null
            ? "evaluated"
            : String.format(Locale.ROOT, "evaluated, %s %.3f", JSD.label(), jsd);
      }
      case FAILED -> "evaluation failed: " + evaluation.reason();
      default -> "trained, being evaluated";
    };
  }
}
