package io.gdpo.evaluator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.evaluator.interval.Interval;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;

/**
 * One checkpoint of an experiment, with all that is known of it so far.
 *
 * @param name the stage; with the checkpoint's kind where a stage has several
 * @param status {@code PENDING}, {@code RUNNING}, {@code SUCCEEDED} or {@code FAILED}
 * @param reason why the evaluation failed; absent otherwise
 * @param metrics means over questions; empty until evaluated
 * @param intervals of the means over questions, by metric; empty of fewer than two questions
 * @param groups of several groups: each one's means over its questions, by metric; absent of one
 * @param worst question ids by falling JSD, the worst few
 * @param progress the job's progress lines, as training left them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record StageReport(
    String name,
    Checkpoint checkpoint,
    EvaluationSpec evaluation,
    EvaluationStatus status,
    String reason,
    Double seconds,
    Map<String, Double> metrics,
    Map<String, Interval> intervals,
    Map<String, Map<String, Double>> groups,
    List<String> worst,
    List<TrainingProgress> progress) {
  public boolean isEvaluated() {
    return !metrics.isEmpty();
  }

  /** Where its model lies: a path where it is on this machine, else a URI. */
  @JsonProperty
  public String modelFolder() {
    return folder(checkpoint.modelUri());
  }

  /** Where the reference model lies; empty for a stage without one. */
  @JsonProperty
  public String referenceFolder() {
    return folder(checkpoint.referenceUri());
  }

  /** Events may name anything; what is no address of a file is shown as it is. */
  private static String folder(String uri) {
    if (uri == null) {
      return "";
    }
    try {
      URI address = new URI(uri);
      return "file".equals(address.getScheme()) && address.getPath() != null
          ? address.getPath().replaceFirst("(?<=.)/+$", "")
          : uri;
    } catch (URISyntaxException e) {
      return uri;
    }
  }
}
