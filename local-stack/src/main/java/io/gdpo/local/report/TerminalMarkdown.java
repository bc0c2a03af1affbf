package io.gdpo.local.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Markdown document as a terminal shows it best: tables with aligned columns and no pipes, all
 * else as it stands.
 */
public final class TerminalMarkdown {
  private TerminalMarkdown() {}

  /** A document up to its second section: what stands above the details. */
  public static List<String> summary(List<String> markdown) {
    int sections = 0;
    for (int i = 0; i < markdown.size(); i++) {
      if (markdown.get(i).startsWith("## ") && ++sections == 2) {
        return markdown.subList(0, i);
      }
    }
    return markdown;
  }

  /** The lines to print. */
  public static List<String> render(List<String> markdown) {
    List<String> lines = new ArrayList<>();
    List<List<String>> table = new ArrayList<>();
    for (String line : markdown) {
      if (line.startsWith("|")) {
        table.add(cells(line));
      } else {
        flush(table, lines);
        lines.add(unescaped(line.replace("**", "")));
      }
    }
    flush(table, lines);
    return lines;
  }

  private static List<String> cells(String row) {
    String inner = row.strip().replaceAll("^\\||\\|$", "");
    return Arrays.stream(inner.split("(?<!\\\\)\\|", -1))
        .map(cell -> unescaped(cell.strip().replaceAll("(?<!\\\\)(\\*\\*|`)", "")))
        .toList();
  }

  /** What a backslash keeps from being mark-up is text. */
  private static String unescaped(String markdown) {
    return markdown.replaceAll("\\\\([\\\\`*_\\[\\]<>|])", "$1");
  }

  private static void flush(List<List<String>> table, List<String> lines) {
    if (table.isEmpty()) {
      return;
    }
    List<String> head = table.get(0);
    List<List<String>> body = table.stream().skip(1).filter(row -> !isRule(row)).toList();
    int[] widths = new int[table.stream().mapToInt(List::size).max().orElse(0)];
    for (int i = 0; i < head.size(); i++) {
      widths[i] = Arrays.stream(head.get(i).split(" ")).mapToInt(String::length).max().orElse(0);
    }
    for (List<String> row : body) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    lines.addAll(headLines(head, widths));
    lines.add(rule(widths));
    body.forEach(row -> lines.add(aligned(row, widths)));
    table.clear();
  }

  /** A head takes as many lines as keep its columns as narrow as their values. */
  private static List<String> headLines(List<String> head, int[] widths) {
    List<List<String>> wrapped = new ArrayList<>();
    for (int i = 0; i < head.size(); i++) {
      wrapped.add(wrap(head.get(i), widths[i]));
    }
    int height = wrapped.stream().mapToInt(List::size).max().orElse(0);
    List<String> lines = new ArrayList<>();
    for (int line = 0; line < height; line++) {
      List<String> cells = new ArrayList<>();
      for (List<String> cell : wrapped) {
        int own = line - (height - cell.size());
        cells.add(own < 0 ? "" : cell.get(own));
      }
      lines.add(aligned(cells, widths));
    }
    return lines;
  }

  private static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    for (String word : text.split(" ")) {
      int last = lines.size() - 1;
      if (last >= 0 && lines.get(last).length() + 1 + word.length() <= width) {
        lines.set(last, lines.get(last) + " " + word);
      } else {
        lines.add(word);
      }
    }
    return lines;
  }

  /** The row of dashes below a table's head. */
  private static boolean isRule(List<String> row) {
    return row.stream().allMatch(cell -> cell.matches(":?-+:?"));
  }

  private static String rule(int[] widths) {
    return Arrays.stream(widths).mapToObj("-"::repeat).collect(Collectors.joining("  "));
  }

  private static String aligned(List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      String cell = row.get(i);
      String space = " ".repeat(widths[i] - cell.length());
      line.append(i == 0 ? "" : "  ").append(i == 0 ? cell + space : space + cell);
    }
    return line.toString().stripTrailing();
  }
}
