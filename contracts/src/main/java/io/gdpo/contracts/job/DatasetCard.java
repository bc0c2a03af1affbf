package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.DatasetSpec;
import java.util.List;
import java.util.Map;

/**
 * What a person should know before training on a dataset: where it came from, what was left out and
 * why, and what is in it. Stored as {@code card.json} beside the data, last of all its files.
 *
 * @param datasetId the dataset
 * @param spec what was asked for
 * @param sourceSha256 hash of the source's bytes; of a folder's split files in order, each behind
 *     its name and length
 * @param counts the account of the source's rows
 * @param refused rows that were not used, with the reason; the first thousand
 * @param merged rows merged into an earlier one; the first thousand
 * @param renormalised rows whose shares were divided by their sum; the first thousand
 * @param shortened ids of questions whose wording was cut to stay small talk
 * @param splits by split name: what it holds
 * @param questions each question with its answers and target distribution; of ready examples the
 *     first thousand, and none of data without beliefs
 * @param files names of what lies beside the card; absent of versions before
 * @param groups of a survey's several groups: the account of each; absent of one group, of examples
 *     and of versions before
 * @param chat what a chat model did for it; absent if its dialogues were made of templates
 * @param sourceRevision where the source has revisions, the one that was read, such as the commit
 *     of a repository of the Hub; absent elsewhere
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetCard(
    String datasetId,
    DatasetSpec spec,
    String sourceSha256,
    Counts counts,
    List<RowNote> refused,
    List<RowNote> merged,
    List<RowNote> renormalised,
    List<String> shortened,
    Map<String, SplitCard> splits,
    List<Question> questions,
    List<String> files,
    List<GroupCard> groups,
    ChatCard chat,
    String sourceRevision) {

  /**
   * What was done with a row of the source.
   *
   * @param row of the source, from 1
   * @param question as far as it can be shown
   * @param note what was done, and why
   * @param group the group that it was done for; absent if for every one, and of versions before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record RowNote(long row, String question, String note, String group) {}

  /** A group of a survey, and what became of the survey's rows for it. */
  public record GroupCard(String name, Counts counts) {}

  /** The name under which the card is stored. */
  public static final String FILE = "card.json";

  /** All rows that were refused, a {@link RowNote} a line; not there if none was. */
  public static final String REFUSED_FILE = "refused.jsonl";

  /**
   * Every row of the source is in exactly one of {@code withoutGroup}, {@code refused}, {@code
   * merged} and {@code questions}; of several groups, once for each of them. For ready examples,
   * rows are examples, used, refused, or {@code withoutGroup} because their group was not asked
   * for; of votes they are votes, and those on a pair on which somebody had voted before are {@code
   * merged}.
   *
   * @param rows records in the source
   * @param withoutGroup rows that do not ask the group
   * @param refused rows that cannot be used
   * @param merged rows that repeat an earlier question
   * @param questions rows that became a question
   * @param renormalised used rows whose shares were mended
   * @param readAsPercent used rows whose shares summed to 100
   * @param shortened questions whose wording was cut
   */
  public record Counts(
      long rows,
      long withoutGroup,
      long refused,
      long merged,
      long questions,
      long renormalised,
      long readAsPercent,
      long shortened) {
    /** Both accounts as one. */
    public Counts plus(Counts other) {
      return new Counts(
          rows + other.rows,
          withoutGroup + other.withoutGroup,
          refused + other.refused,
          merged + other.merged,
          questions + other.questions,
          renormalised + other.renormalised,
          readAsPercent + other.readAsPercent,
          shortened + other.shortened);
    }

    /** The same, with questions whose wording was cut. */
    public Counts withShortened(long cut) {
      return new Counts(
          rows, withoutGroup, refused, merged, questions, renormalised, readAsPercent, cut);
    }
  }

  /**
   * One split.
   *
   * @param examples pairs, or judged responses
   * @param questions different questions
   * @param prompts different prompts
   * @param questionsOfTrain how many of the questions the training split asks too; absent of the
   *     training split and of versions before
   * @param promptsOfTrain how many of the prompts the training split has, word for word; likewise
   * @param nearPromptsOfTrain about how many of the prompts share four of five words with one of
   *     the training split, those that it has among them; likewise
   * @param styles dialogue styles in it
   * @param beliefHistogram chosen sides by belief class, 0 to 5; absent of data without beliefs
   * @param rejectedHistogram rejected sides by belief class, 0 to 5; likewise
   * @param majorityShare part of the pairs whose chosen belief is the majority's; likewise
   * @param tokens token lengths; absent without a tokenizer
   * @param groups examples by group; absent if the data names none, and of versions before
   * @param agreement of votes: the share of people who prefer the chosen response, mean over pairs;
   *     absent where nobody was counted
   * @param good of responses that are judged by themselves: the share that is good; absent of pairs
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SplitCard(
      long examples,
      long questions,
      long prompts,
      Long questionsOfTrain,
      Long promptsOfTrain,
      Long nearPromptsOfTrain,
      List<String> styles,
      List<Long> beliefHistogram,
      List<Long> rejectedHistogram,
      Double majorityShare,
      TokenLengths tokens,
      Map<String, Long> groups,
      Double agreement,
      Double good) {}

  /**
   * Lengths in tokens; a response's includes EOS.
   *
   * @param prompt of prompts
   * @param response of the longer response of each pair
   * @param total of prompt and longer response
   * @param longerThan by number of positions: how many pairs are longer and would be cut
   */
  public record TokenLengths(
      Lengths prompt, Lengths response, Lengths total, Map<Integer, Long> longerThan) {}

  /** Mean, 95th percentile and maximum. */
  public record Lengths(double mean, int p95, int max) {}

  /**
   * A question.
   *
   * @param id as in the examples
   * @param row of the source, from 1; absent for ready examples
   * @param text as the survey asked it
   * @param answers its options with class and share; absent for ready examples
   * @param probabilities target distribution over belief classes 0 to 5
   * @param majority the class with the largest probability
   * @param group whose distribution it is; absent if the data names no group, and of versions
   *     before
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Question(
      String id,
      Long row,
      String text,
      List<Answer> answers,
      List<Double> probabilities,
      int majority,
      String group) {}

  /** An answer option: its class, the rule that found the class, and its share of the group. */
  public record Answer(String option, int belief, String rule, double share) {}
}
