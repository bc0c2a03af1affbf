package io.gdpo.local.report;

import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TokenSamples.Sample;
import io.gdpo.contracts.job.TokenSamples.Sequence;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.StageSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** An example in tokens as lines for a terminal of 80 columns; what they mean, words say. */
public final class PreviewText {
  /** How to read them. */
  public static final List<String> LEGEND =
      List.of(
          "Tokens stand between bars, with their ids below: \u00b7 is a space, \\n ends a line.",
          "  ignored  no loss counts it",
          "  counted  a loss learns it, or compares it with the other side's",
          "  belief   the chosen class, as the model is to say it: losses on beliefs learn it",
          "           by itself, and compare what follows it");

  private static final int WIDTH = 80;
  private static final String INDENT = "      ";

  private final List<String> lines = new ArrayList<>();
  private final Sample sample;

  private PreviewText(Sample sample) {
    this.sample = sample;
  }

  /**
   * The lines of an example.
   *
   * @param spec whose stages read it
   */
  public static List<String> of(ExperimentSpec spec, Sample sample) {
    PreviewText text = new PreviewText(sample);
    text.lines.add("");
    text.lines.add("=".repeat(WIDTH));
    text.lines.add(
        String.format(
            Locale.ROOT,
            "%s, %s%s, question %s",
            sample.split().label(),
            sample.belief() == null
                ? ""
                : "class "
                    + sample.belief()
                    + " chosen over class "
                    + sample.rejectedBelief()
                    + ", ",
            sample.style(),
            CardText.inOneLine(sample.questionId())));
    if (sample.chosen() != null) {
      text.sequence("Chosen", sample.chosen(), true, readers(spec, loss -> true));
    }
    if (sample.rejected() != null) {
      text.sequence(
          "Rejected",
          sample.rejected(),
          false,
          readers(spec, loss -> loss.readsRejected() && !loss.needs(Loss.Need.BELIEFS)));
    }
    if (sample.belief() != null) {
      text.sequence(
          "Rejected under the chosen belief",
          sample.rejectedUnderBelief(),
          true,
          readers(spec, loss -> loss.readsRejected() && loss.needs(Loss.Need.BELIEFS)));
    }
    return List.copyOf(text.lines);
  }

  private static String readers(ExperimentSpec spec, Predicate<Loss> reads) {
    List<String> stages =
        spec.stages().stream()
            .filter(stage -> reads.test(stage.training().loss()))
            .map(StageSpec::name)
            .toList();
    return stages.isEmpty()
        ? "read by no stage of this file"
        : "read by " + String.join(", ", stages);
  }

  /**
   * @param hasBelief whether the chosen belief stands in it, where the sample says
   */
  private void sequence(String title, Sequence sequence, boolean hasBelief, String readers) {
    lines.add("");
    lines.add(String.format(Locale.ROOT, "%s: %,d tokens, %s", title, sequence.length(), readers));
    if (sequence.text() != null) {
      sequence.text().lines().forEach(this::wrapped);
    }
    int shown = sequence.tokens().size();
    for (int from = 0; from < shown; ) {
      String kind = kind(sequence, from, hasBelief);
      int to = from + 1;
      while (to < shown && kind(sequence, to, hasBelief).equals(kind)) {
        to++;
      }
      lines.add(String.format(Locale.ROOT, "  %d-%d  %s", from, to - 1, kind));
      cells(sequence, from, to);
      from = to;
    }
    if (shown < sequence.length()) {
      lines.add(String.format(Locale.ROOT, "  and %,d tokens more", sequence.length() - shown));
    }
  }

  private void wrapped(String line) {
    int room = WIDTH - 4;
    for (int from = 0; from == 0 || from < line.length(); ) {
      int to = line.length();
      if (to - from > room) {
        int blank = line.lastIndexOf(' ', from + room - 1);
        to = blank > from ? blank + 1 : from + room;
        to -= Character.isHighSurrogate(line.charAt(to - 1)) ? 1 : 0;
      }
      lines.add("  > " + line.substring(from, to));
      from = Math.max(to, 1);
    }
  }

  private String kind(Sequence sequence, int token, boolean hasBelief) {
    String counted = sequence.labels().get(token) == TokenSamples.IGNORED ? "ignored" : "counted";
    return hasBelief && token >= sample.beliefBegin() && token < sample.beliefEnd()
        ? "belief, " + counted
        : counted;
  }

  /** Tokens above their ids, as many to a line as there is room for. */
  private void cells(Sequence sequence, int from, int to) {
    StringBuilder texts = new StringBuilder("|");
    StringBuilder ids = new StringBuilder(" ");
    for (int i = from; i < to; i++) {
      String text = visible(sequence.tokens().get(i));
      String id = Long.toString(sequence.inputIds().get(i));
      int length = text.codePointCount(0, text.length());
      int width = Math.max(length, id.length());
      if (texts.length() > 1 && INDENT.length() + texts.length() + width + 1 > WIDTH) {
        row(texts, ids);
      }
      texts.append(text).append(" ".repeat(width - length)).append('|');
      ids.append(id).append(" ".repeat(width - id.length() + 1));
    }
    row(texts, ids);
  }

  private void row(StringBuilder texts, StringBuilder ids) {
    lines.add(INDENT + texts);
    lines.add(INDENT + ids.toString().stripTrailing());
    texts.setLength(1);
    ids.setLength(1);
  }

  /** A token's text, in which nothing moves what stands beside it. */
  private static String visible(String token) {
    return token
        .codePoints()
        .mapToObj(
            c ->
                switch (c) {
                  case ' ' -> "\u00b7";
                  case '\n' -> "\\n";
                  case '\r' -> "\\r";
                  case '\t' -> "\\t";
                  case '\\' -> "\\\\";
                  default -> Character.toString(c);
                })
        .collect(Collectors.joining());
  }
}
