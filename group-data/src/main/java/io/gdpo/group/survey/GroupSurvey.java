package io.gdpo.group.survey;

import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.spec.DatasetSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One group's answers to a survey, with an account of every row of the file: each is used, merged
 * into an earlier one, without the group, or refused with its reason.
 *
 * @param group its name, as the specification or the file writes it
 * @param rows records in the file
 * @param withoutGroup rows that do not ask this group
 * @param merged rows that repeat an earlier question; shares are averaged
 * @param renormalised rows whose shares were off by rounding and were divided by their sum
 * @param percentages rows whose shares were percentages and were divided by 100
 * @param refused rows that cannot be used
 * @param questions what is left
 */
public record GroupSurvey(
    String group,
    long rows,
    long withoutGroup,
    List<RowNote> merged,
    List<RowNote> renormalised,
    long percentages,
    List<RowNote> refused,
    List<GroupQuestion> questions) {

  /** Shares that sum to 1 within this much are taken as rounded. */
  public static final double ROUNDING = 0.03;

  /**
   * Reads the answers of one group; what an option expresses is told by its words and its place.
   *
   * @throws SurveyException if the file is no survey, no row knows the group, or no question is
   *     left
   */
  public static GroupSurvey read(Path file, String group) {
    return new SurveyReading(file, new AskedGroups(List.of(group), null), Map.of())
        .surveys()
        .get(0);
  }

  /**
   * Reads the answers that a specification asks for, of each of its groups.
   *
   * @param file what its {@code survey} names
   * @throws SurveyException likewise, of any group, and if it gives a class to a text that is no
   *     option
   */
  public static List<GroupSurvey> read(Path file, DatasetSpec spec) {
    return new SurveyReading(
            file,
            new AskedGroups(spec.groupNames(), spec.by()),
            Optional.ofNullable(spec.options()).orElseGet(Map::of))
        .surveys();
  }

  /**
   * The same without questions that turned out to be of no use; their rows are refused.
   *
   * @param why a question is of no use; empty if it stays
   * @throws SurveyException if no question is left
   */
  public GroupSurvey without(Function<GroupQuestion, Optional<String>> why) {
    List<GroupQuestion> left = new ArrayList<>();
    List<RowNote> gone = new ArrayList<>(refused);
    for (GroupQuestion question : questions) {
      why.apply(question)
          .ifPresentOrElse(
              reason -> gone.add(GroupAccount.note(question.row(), question.text(), reason, group)),
              () -> left.add(question));
    }
    if (left.isEmpty()) {
      RowNote first = gone.get(refused.size());
      throw new SurveyException(
          "no question of group '"
              + group
              + "' can be used; row "
              + first.row()
              + ": "
              + first.note());
    }
    gone.sort(Comparator.comparingLong(RowNote::row));
    return new GroupSurvey(
        group,
        rows,
        withoutGroup,
        merged,
        renormalised,
        percentages,
        List.copyOf(gone),
        List.copyOf(left));
  }
}
