package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/**
 * What a training job that succeeded came to: {@code result} of its {@link WorkOutcome}.
 *
 * @param step optimizer steps taken
 * @param examples training examples seen
 * @param stoppedEarly whether patience ran out before the last epoch
 * @param bestStep the step whose model is under {@code bestUri}
 * @param bestMetric value of the selection metric at that step
 * @param bestMetrics every metric of the eval split at that step
 * @param bestUri folder of the best model (Hugging Face layout)
 * @param finalUri folder of the last model
 * @param referenceUri folder of the reference model; absent for losses that compare with none
 * @param maxLength longest prompt and response together in tokens, as trained
 * @param maxPromptLength longest prompt in tokens, as trained
 * @param seconds this process's wall time
 * @param tokensPerSecond real tokens (no padding) through training steps, over those steps' time
 * @param peakResidentBytes of this process
 * @param estimatedPeakBytes what it was estimated at before ({@link MemoryEstimate})
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TrainingResult(
    long step,
    long examples,
    boolean stoppedEarly,
    Long bestStep,
    Double bestMetric,
    Map<String, Double> bestMetrics,
    String bestUri,
    String finalUri,
    String referenceUri,
    int maxLength,
    int maxPromptLength,
    double seconds,
    double tokensPerSecond,
    long peakResidentBytes,
    long estimatedPeakBytes) {
  /** How the line of the job's log begins that tells what memory it will need. */
  public static final String ESTIMATE = "memory: about ";
}
