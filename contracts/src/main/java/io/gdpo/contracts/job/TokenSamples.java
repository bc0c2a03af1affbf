package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.data.Split;
import java.util.List;

/**
 * Some of an experiment's examples as its model will read them, for people: {@code samples.json}
 * beside its plan. Nothing is cut to {@code max_length}.
 *
 * @param samples the first of each belief class, or the first few of data without beliefs, in
 *     {@code train} and {@code eval}
 */
public record TokenSamples(List<Sample> samples) {
  /** The name under which they are stored. */
  public static final String FILE = "samples.json";

  /** The label of a token that no loss counts, as Hugging Face has it. */
  public static final long IGNORED = -100;

  /** Tokens of a sequence that are shown; the rest is left out. */
  public static final int MOST_TOKENS = 512;

  public TokenSamples {
    samples = List.copyOf(samples);
  }

  /**
   * An example.
   *
   * @param belief class of the chosen side; absent of data without beliefs
   * @param rejectedBelief class of the other side; likewise
   * @param beliefBegin index of the belief's first token in {@code chosen} and {@code
   *     rejectedUnderBelief}
   * @param beliefEnd index of the belief's closing mark in both, from which on belief-conditioned
   *     losses compare; {@code beliefBegin} if there is none
   * @param chosen prompt and preferred response, which every loss reads; absent of a response that
   *     is judged bad
   * @param rejected prompt and the other response: what dpo, ipo and kto compare with; absent of a
   *     response that is judged good
   * @param rejectedUnderBelief prompt, the chosen side's belief and the other response's words:
   *     what belief-dpo, gdpo and gdpo-kto compare with; absent where {@code rejected} is
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sample(
      Split split,
      String questionId,
      String style,
      Integer belief,
      Integer rejectedBelief,
      int beliefBegin,
      int beliefEnd,
      Sequence chosen,
      Sequence rejected,
      Sequence rejectedUnderBelief) {}

  /**
   * Prompt and response in tokens; the lists are of one length, at most {@value #MOST_TOKENS}.
   *
   * @param length tokens of all, shown or not
   * @param inputIds their ids
   * @param tokens their texts
   * @param labels ids of the tokens that a loss counts, {@value #IGNORED} for the others
   * @param text what these tokens are together; absent of versions before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Sequence(
      int length, List<Long> inputIds, List<String> tokens, List<Long> labels, String text) {
    public Sequence {
      inputIds = List.copyOf(inputIds);
      tokens = List.copyOf(tokens);
      labels = List.copyOf(labels);
    }
  }
}
