package io.gdpo.group.survey;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.belief.BeliefScale;
import io.gdpo.group.belief.OptionBelief;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One group's answers to a survey, with an account of every row of the file: each is used, merged
 * into an earlier one, without the group, or refused with its reason.
 *
 * @param rows records in the file
 * @param withoutGroup rows that do not ask this group
 * @param merged rows that repeat an earlier question; shares are averaged
 * @param renormalised rows whose shares were off by rounding and were divided by their sum
 * @param percentages rows whose shares were percentages and were divided by 100
 * @param refused rows that cannot be used
 * @param questions what is left
 */
public record GroupSurvey(
    long rows,
    long withoutGroup,
    List<RowNote> merged,
    List<RowNote> renormalised,
    long percentages,
    List<RowNote> refused,
    List<GroupQuestion> questions) {

  /** Shares that sum to 1 within this much are taken as rounded. */
  public static final double ROUNDING = 0.03;

  private static final double EXACT = 1e-4;
  private static final int LONGEST_SHOWN = 300;

  /**
   * Reads the answers of one group; what an option expresses is told by its words and its place.
   *
   * @throws SurveyException if the file is no survey, no row knows the group, or no question is
   *     left
   */
  public static GroupSurvey read(Path file, String group) {
    return new Reading(file, group, Map.of()).survey();
  }

  /**
   * Reads the answers that a specification asks for.
   *
   * @param file what its {@code survey} names
   * @throws SurveyException likewise, and if it gives a class to a text that is no option
   */
  public static GroupSurvey read(Path file, DatasetSpec spec) {
    return new Reading(file, spec.group(), Optional.ofNullable(spec.options()).orElseGet(Map::of))
        .survey();
  }

  private static final class Reading {
    private final Path file;
    private final String group;
    private final GroupNames groups;
    private final Map<String, Integer> given = new HashMap<>();
    private final Map<String, Integer> options;
    private final List<RowNote> merged = new ArrayList<>();
    private final List<RowNote> renormalised = new ArrayList<>();
    private final List<RowNote> refused = new ArrayList<>();
    private final Map<String, Asked> asked = new LinkedHashMap<>();
    private long percentages;

    /** A question on the way: the rows that asked it, and the shares they gave. */
    private record Asked(SurveyRow first, List<List<Double>> shares) {}

    Reading(Path file, String group, Map<String, Integer> options) {
      this.file = file;
      this.group = group;
      this.groups = new GroupNames(group);
      this.options = options;
      options.forEach((text, belief) -> given.put(DatasetSpec.optionKey(text), belief));
    }

    GroupSurvey survey() {
      List<SurveyRow> rows = SurveyFile.read(file, groups, this::refuse);
      long total = rows.size() + refused.size();
      if (total == 0) {
        throw new SurveyException(file + " holds no question, only a header or nothing");
      }
      List<SurveyRow> ofGroup = rows.stream().filter(row -> row.shares().isPresent()).toList();
      if (!groups.found()) {
        throw new SurveyException(noSuchGroup());
      }
      requireGivenOptions(rows);
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
          total,
          rows.size() - ofGroup.size(),
          List.copyOf(merged),
          List.copyOf(renormalised),
          percentages,
          refused.stream().sorted(Comparator.comparingLong(RowNote::row)).toList(),
          List.copyOf(questions));
    }

    /** A slip in a text would leave its option the class of its words, or its row without use. */
    private void requireGivenOptions(List<SurveyRow> rows) {
      if (options.isEmpty()) {
        return;
      }
      Set<String> there =
          rows.stream()
              .flatMap(row -> row.options().stream())
              .map(DatasetSpec::optionKey)
              .collect(Collectors.toSet());
      options.keySet().stream()
          .filter(text -> !there.contains(DatasetSpec.optionKey(text)))
          .findFirst()
          .ifPresent(
              text -> {
                throw new SurveyException(
                    "dataset.options: "
                        + Reason.quoted(text)
                        + " is an option of no question in "
                        + file
                        + "; write it as the survey does, or leave it out");
              });
    }

    private String noSuchGroup() {
      return groups.isEmpty()
          ? file
              + ": no row can be used; row "
              + refused.get(0).row()
              + ": "
              + refused.get(0).note()
          : file + " has no group '" + group + "'; " + groups.shown();
    }

    private void refuse(long row, String question, String reason) {
      refused.add(new RowNote(row, shown(question), Reason.clean(reason)));
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
                      new RowNote(
                          row.row(),
                          shown(row.question()),
                          "merged into row " + before.first.row()));
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
      List<Double> shares = row.shares().orElseThrow();
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
                ROUNDING));
        return Optional.empty();
      }
      if (whole.getAsDouble() != 1) {
        percentages++;
      }
      if (Math.abs(sum / whole.getAsDouble() - 1) > EXACT) {
        renormalised.add(
            new RowNote(
                row.row(),
                shown(row.question()),
                String.format(Locale.ROOT, "shares sum to %.4f, divided by it", sum)));
      }
      return Optional.of(shares.stream().map(share -> share / sum).toList());
    }

    private static OptionalDouble whole(double sum) {
      for (double whole : new double[] {1, 100}) {
        if (Math.abs(sum / whole - 1) <= ROUNDING + 1e-9) {
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
              new GroupQuestion.Answer(
                  row.options().get(i), belief.belief(), share, belief.rule()));
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

    /** A question as a note about its row shows it. */
    private static String shown(String question) {
      return Reason.clean(Reason.beginning(question, LONGEST_SHOWN));
    }
  }
}
