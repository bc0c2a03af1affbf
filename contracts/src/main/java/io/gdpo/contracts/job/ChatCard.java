package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a chat model did for a dataset whose dialogues it wrote. Calls that are kept from builds
 * before count as well, so that the same dataset has the same card.
 *
 * @param model its name
 * @param endpoint where it was asked
 * @param promptsSha256 hash of the texts that it was asked in
 * @param questions that it was asked about: each question with its options once, for all groups
 * @param repaired questions whose first answer could not be used, and whose second could
 * @param refused questions that it wrote nothing about that can be used; their rows are among the
 *     card's {@code refused}, with the reason
 * @param calls that were answered
 * @param inputTokens of all requests
 * @param outputTokens of all answers
 * @param cost by the prices of the specification; absent without prices
 * @param answers in the dialogues that are used
 * @param doubted how many of them do not seem to express their option; they are used all the same
 * @param doubts the first thousand of these
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ChatCard(
    String model,
    String endpoint,
    String promptsSha256,
    long questions,
    long repaired,
    long refused,
    long calls,
    long inputTokens,
    long outputTokens,
    Double cost,
    long answers,
    long doubted,
    List<DoubtfulAnswer> doubts) {

  /**
   * An answer that does not seem to express its option.
   *
   * @param row of the source, from 1
   * @param style the dialogue's
   * @param option whose answer it is
   * @param answer its words
   * @param note why it is doubted
   */
  public record DoubtfulAnswer(long row, String style, String option, String answer, String note) {}
}
