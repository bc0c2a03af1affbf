package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.data.Split;
import java.util.List;

/**
 * Some of a dataset's examples as text, for people: {@code samples.json} beside the data.
 *
 * @param samples the first {@value #OF_EACH_CLASS} of each belief class in each split
 */
public record DatasetSamples(List<Sample> samples) {
  public static final int OF_EACH_CLASS = 20;

  /** The name under which they are stored. */
  public static final String FILE = "samples.json";

  /**
   * An example as a model reads it; each text is cut where it is very long.
   *
   * @param belief class of the chosen side; absent of data without beliefs
   * @param rejectedBelief class of the other side; likewise
   * @param prompt what the model continues
   * @param chosen the preferred response, belief first if there is one; absent of a response that
   *     is judged bad
   * @param rejected the other response, belief first; absent of a response that is judged good
   * @param beliefText how {@code chosen} begins: its class, and of opinions its option; absent of
   *     data without beliefs, and of versions before
   * @param rejectedBeliefText how {@code rejected} begins; likewise
   * @param group whose beliefs these are; absent if the data names no group, and of versions before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sample(
      Split split,
      String questionId,
      String style,
      Integer belief,
      Integer rejectedBelief,
      String prompt,
      String chosen,
      String rejected,
      String beliefText,
      String rejectedBeliefText,
      String group) {}

  public DatasetSamples {
    samples = List.copyOf(samples);
  }
}
