package io.gdpo.local.report;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.job.ChatCard;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetCard.Counts;
import io.gdpo.contracts.job.DatasetCard.Question;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.job.DatasetCard.SplitCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A dataset's card as lines for a terminal: what a person should know before training on it. */
public final class CardText {
  private static final int LISTED = 10;
  private static final int LONGEST_ID = 60;

  private final DatasetCard card;
  private final List<String> lines = new ArrayList<>();

  private CardText(DatasetCard card) {
    this.card = card;
  }

  /** The lines of a card. */
  public static List<String> of(DatasetCard card) {
    CardText text = new CardText(card);
    text.source();
    if (card.chat() != null) {
      text.chat(card.chat());
    }
    text.splits();
    if (text.hasBeliefs()) {
      text.beliefs();
    }
    text.rows("refused", card.refused(), card.counts().refused());
    text.rows("merged", card.merged(), card.counts().merged());
    return List.copyOf(text.lines);
  }

  /**
   * The lines of some examples, as a model reads them.
   *
   * @param count of each belief class in each split, at most
   */
  public static List<String> of(DatasetSamples samples, int count) {
    List<String> lines = new ArrayList<>();
    Map<String, Integer> shown = new HashMap<>();
    samples.samples().stream()
        .sorted(
            Comparator.comparing(Sample::split)
                .thenComparing(Sample::belief, Comparator.nullsFirst(Comparator.naturalOrder())))
        .forEach(
            sample -> {
              String group =
                  sample.split().label()
                      + (sample.belief() == null ? "" : ", class " + sample.belief());
              if (shown.merge(group, 1, Integer::sum) <= count) {
                lines.add("");
                lines.add(
                    group
                        + ", "
                        + sample.style()
                        + ", question "
                        + inOneLine(sample.questionId())
                        + (sample.group() == null ? "" : ", " + sample.group()));
                lines.add("  prompt    " + sample.prompt());
                if (sample.chosen() != null) {
                  lines.add("  chosen    " + sample.chosen());
                }
                if (sample.rejected() != null) {
                  lines.add("  rejected  " + sample.rejected());
                }
              }
            });
    return lines;
  }

  /** A question's id, which of pairs is their prompt. */
  static String inOneLine(String id) {
    return Reason.beginning(id.strip().replaceAll("\\s+", " "), LONGEST_ID);
  }

  private boolean hasBeliefs() {
    return card.splits().values().stream().allMatch(split -> split.beliefHistogram() != null);
  }

  private void source() {
    Counts counts = card.counts();
    String commit = card.sourceRevision() == null ? "" : ", commit " + card.sourceRevision();
    lines.add("Source     sha256 " + card.sourceSha256() + commit);
    if (card.groups() == null) {
      if (card.spec().group() != null) {
        lines.add("Group      " + card.spec().group());
      }
      rows("Rows", counts);
    } else {
      card.groups().forEach(group -> rows(group.name(), group.counts()));
    }
    if (counts.renormalised() + counts.readAsPercent() + counts.shortened() > 0) {
      add(
          "           %,d mended by their sum, %,d read as percentages, %,d questions cut",
          counts.renormalised(), counts.readAsPercent(), counts.shortened());
    }
  }

  private void chat(ChatCard chat) {
    add(
        "%-10s %s: %,d questions, %,d repaired, %,d refused; %,d answers, %,d doubted",
        "Written by",
        chat.model(),
        chat.questions(),
        chat.repaired(),
        chat.refused(),
        chat.answers(),
        chat.doubted());
    add(
        "           %,d calls, %,d tokens asked, %,d answered%s",
        chat.calls(),
        chat.inputTokens(),
        chat.outputTokens(),
        chat.cost() == null ? "" : String.format(Locale.ROOT, ", cost %.4f", chat.cost()));
  }

  private void rows(String what, Counts counts) {
    add(
        "%-10s %,d: %,d questions, %,d merged, %,d refused, %,d without the group",
        what,
        counts.rows(),
        counts.questions(),
        counts.merged(),
        counts.refused(),
        counts.withoutGroup());
  }

  private String what() {
    return card.splits().values().stream().allMatch(split -> split.good() == null)
        ? "pairs"
        : "responses";
  }

  private void splits() {
    lines.add("");
    add(
        "%-10s %10s %10s %10s %18s  %s",
        "Split", what(), "questions", "prompts", "also in train", hasBeliefs() ? "majority" : "");
    card.splits()
        .forEach(
            (name, split) ->
                add(
                    "%-10s %,10d %,10d %,10d %18s  %s",
                    name,
                    split.examples(),
                    split.questions(),
                    split.prompts(),
                    leaked(split),
                    split.majorityShare() == null
                        ? ""
                        : String.format(Locale.ROOT, "%7.1f%%", 100 * split.majorityShare())));
    lines.add("");
    card.splits()
        .forEach(
            (name, split) -> {
              if (split.nearPromptsOfTrain() != null
                  && split.nearPromptsOfTrain() > split.promptsOfTrain()) {
                add(
                    "%-10s prompts that have the words of one in train, or nearly: about %,d",
                    name, split.nearPromptsOfTrain());
              }
            });
    card.splits()
        .forEach(
            (name, split) -> {
              if (split.groups() != null && split.groups().size() > 1) {
                add("%-10s %s by group: %s", name, what(), byGroup(split.groups()));
              }
            });
    card.splits()
        .forEach(
            (name, split) -> {
              if (split.agreement() != null) {
                add(
                    "%-10s the chosen response is preferred by %.1f %% of those who voted on it",
                    name, 100 * split.agreement());
              }
            });
    card.splits()
        .forEach(
            (name, split) -> {
              if (split.good() != null) {
                add(
                    "%-10s each response is judged by itself; %.1f %% of them are good",
                    name, 100 * split.good());
              }
            });
    card.splits()
        .forEach(
            (name, split) -> {
              if (split.tokens() != null) {
                add(
                    "%-10s tokens of prompt and response: mean %.1f, 95 %% within %d, at most %d",
                    name,
                    split.tokens().total().mean(),
                    split.tokens().total().p95(),
                    split.tokens().total().max());
              }
            });
  }

  private static String byGroup(Map<String, Long> groups) {
    return groups.entrySet().stream()
        .map(group -> String.format(Locale.ROOT, "%s %,d", group.getKey(), group.getValue()))
        .collect(Collectors.joining(", "));
  }

  private static String leaked(SplitCard split) {
    return split.questionsOfTrain() == null
        ? "-"
        : String.format(
            Locale.ROOT, "%,d q. %,d pr.", split.questionsOfTrain(), split.promptsOfTrain());
  }

  /** Chosen sides by class beside what the group's distributions make of them. */
  private void beliefs() {
    lines.add("");
    add("%-10s %s", "Belief", classes(belief -> String.format(Locale.ROOT, "%7d", belief)));
    double[] target = target();
    add(
        "%-10s %s",
        "target", classes(belief -> String.format(Locale.ROOT, "%6.1f%%", 100 * target[belief])));
    card.splits()
        .forEach(
            (name, split) ->
                add(
                    "%-10s %s",
                    name,
                    classes(
                        belief ->
                            String.format(
                                Locale.ROOT,
                                "%6.1f%%",
                                100.0 * split.beliefHistogram().get(belief) / split.examples()))));
  }

  private static String classes(Function<Integer, String> column) {
    StringBuilder line = new StringBuilder();
    for (int belief = 0; belief < BeliefClass.COUNT; belief++) {
      line.append(column.apply(belief));
    }
    return line.toString();
  }

  /** The mean of the questions' distributions. */
  private double[] target() {
    double[] mean = new double[BeliefClass.COUNT];
    for (Question question : card.questions()) {
      for (int belief = 0; belief < mean.length; belief++) {
        mean[belief] += question.probabilities().get(belief) / card.questions().size();
      }
    }
    return mean;
  }

  private void rows(String what, List<RowNote> notes, long count) {
    if (notes.isEmpty()) {
      return;
    }
    lines.add("");
    add("%,d rows %s:", count, what);
    notes.stream()
        .limit(LISTED)
        .forEach(
            note ->
                lines.add(
                    "  row "
                        + note.row()
                        + (note.group() == null || card.groups() == null ? "" : ", " + note.group())
                        + ": "
                        + note.note()
                        + "  ("
                        + note.question()
                        + ")"));
    if (count > LISTED) {
      add("  and %,d more; --json has the first %,d", count - LISTED, notes.size());
    }
  }

  private void add(String format, Object... values) {
    lines.add(String.format(Locale.ROOT, format, values).stripTrailing());
  }
}
