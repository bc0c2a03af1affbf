package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.belief.BeliefScale;
import io.gdpo.group.belief.OptionBelief;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** What becomes of each row of a survey for one group. */
final class GroupAccount {
  private static final double EXACT = 1e-4;
  private static final int LONGEST_SHOWN = 300;

  private final Path file;
  private final String group;
  private final Map<String, Integer> given;
  private final List<RowNote> refused;
  private final List<RowNote> merged = new ArrayList<>();
  private final List<RowNote> renormalised = new ArrayList<>();
  private final Map<String, Asked> asked = new LinkedHashMap<>();
  private long percentages;

  /** A question on the way: the rows that asked it, and the shares they gave. */
  private record Asked(SurveyRow first, List<List<Double>> shares) {}

  /**
   * @param given classes by option
   * @param refused rows that could not be read
   */
  GroupAccount(Path file, String group, Map<String, Integer> given, List<RowNote> refused) {
    this.file = file;
    this.group = group;
    this.given = given;
    this.refused = refused;
  }

  /**
   * @param rows those that could be read
   * @param total records in the file
   */
  GroupSurvey of(List<SurveyRow> rows, long total) {
    List<SurveyRow> ofGroup = rows.stream().filter(row -> row.shares().containsKey(group)).toList();
    long withoutGroup = total - refused.size() - ofGroup.size();
    ofGroup.forEach(this::take);
    List<GroupQuestion> questions = new ArrayList<>();
    asked.values().forEach(question -> question(question).ifPresent(questions::add));
    if (questions.isEmpty()) {
      throw new SurveyException(
          file
              + ": no question of group '"
              + group
              + "' can be used: "
              + refused.stream()
                  .limit(3)
                  .map(note -> "row " + note.row() + ": " + note.note())
                  .collect(Collectors.joining("; ")));
    }
    return new GroupSurvey(
        group,
        total,
        withoutGroup,
        List.copyOf(merged),
        List.copyOf(renormalised),
        percentages,
        refused.stream().sorted(Comparator.comparingLong(RowNote::row)).toList(),
        List.copyOf(questions));
  }

  private void refuse(long row, String question, String reason) {
    refused.add(note(row, question, reason, group));
  }

  private void take(SurveyRow row) {
    shares(row)
        .ifPresent(
            shares -> {
              String key = QuestionKey.of(row.question());
              Asked before = asked.get(key);
              if (before == null) {
                asked.put(key, new Asked(row, new ArrayList<>(List.of(shares))));
              } else if (before.first.options().equals(row.options())) {
                before.shares.add(shares);
                merged.add(
                    note(
                        row.row(), row.question(), "merged into row " + before.first.row(), group));
              } else {
                refuse(
                    row.row(),
                    row.question(),
                    "asks the question of row " + before.first.row() + " with other options");
              }
            });
  }

  /** The row's shares, summing to 1; empty if refused. */
  private Optional<List<Double>> shares(SurveyRow row) {
    List<Double> shares = row.shares().get(group);
    if (shares.size() != row.options().size()) {
      refuse(
          row.row(),
          row.question(),
          "has " + row.options().size() + " options but " + shares.size() + " shares");
      return Optional.empty();
    }
    for (double share : shares) {
      if (!Double.isFinite(share) || share < 0) {
        refuse(row.row(), row.question(), "a share must be 0 or more, is " + share);
        return Optional.empty();
      }
    }
    double sum = shares.stream().mapToDouble(Double::doubleValue).sum();
    OptionalDouble whole = whole(sum);
    if (whole.isEmpty()) {
      refuse(
          row.row(),
          row.question(),
          String.format(
              Locale.ROOT,
              "shares sum to %.4f; they must sum to 1 (or to 100 %%), and only rounding of up to"
                  + " %.2f is mended",
              sum,
              GroupSurvey.ROUNDING));
      return Optional.empty();
    }
    if (whole.getAsDouble() != 1) {
      percentages++;
    }
    if (Math.abs(sum / whole.getAsDouble() - 1) > EXACT) {
      renormalised.add(
          note(
              row.row(),
              row.question(),
              String.format(Locale.ROOT, "shares sum to %.4f, divided by it", sum),
              group));
    }
    return Optional.of(shares.stream().map(share -> share / sum).toList());
  }

  private static OptionalDouble whole(double sum) {
    for (double whole : new double[] {1, 100}) {
      if (Math.abs(sum / whole - 1) <= GroupSurvey.ROUNDING + 1e-9) {
        return OptionalDouble.of(whole);
      }
    }
    return OptionalDouble.empty();
  }

  private Optional<GroupQuestion> question(Asked asked) {
    SurveyRow row = asked.first;
    List<Optional<OptionBelief.Found>> found = BeliefScale.of(row.options(), given);
    List<GroupQuestion.Answer> answers = new ArrayList<>();
    double[] weights = new double[BeliefClass.COUNT];
    for (int i = 0; i < row.options().size(); i++) {
      int option = i;
      double share =
          asked.shares.stream().mapToDouble(shares -> shares.get(option)).average().orElseThrow();
      if (found.get(i).isPresent()) {
        OptionBelief.Found belief = found.get(i).get();
        answers.add(
            new GroupQuestion.Answer(row.options().get(i), belief.belief(), share, belief.rule()));
        weights[belief.belief()] += share;
      } else if (share > 0) {
        refuse(
            row.row(),
            row.question(),
            "option '"
                + row.options().get(i)
                + "' has no belief class: neither its words nor its place on a scale tell whether"
                + " it favours or opposes; give it one under dataset.options");
        return Optional.empty();
      }
    }
    long opinions =
        answers.stream()
            .mapToInt(GroupQuestion.Answer::belief)
            .filter(belief -> belief > 0)
            .distinct()
            .count();
    if (opinions < 2) {
      refuse(
          row.row(),
          row.question(),
          "its options express fewer than 2 different beliefs, so there is nothing to choose"
              + " between");
      return Optional.empty();
    }
    return Optional.of(
        new GroupQuestion(
            QuestionKey.id(row.question()),
            row.row(),
            row.question(),
            answers,
            BeliefDistribution.proportionalTo(weights)));
  }

  /**
   * @param group whose account it is in; null if every group's
   */
  static RowNote note(long row, String question, String reason, String group) {
    return new RowNote(row, shown(question), Reason.clean(reason), group);
  }

  /** A question as a note about its row shows it. */
  private static String shown(String question) {
    return Reason.clean(Reason.beginning(question, LONGEST_SHOWN));
  }
}
