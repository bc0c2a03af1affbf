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
        lines.add(line.replace("**", ""));
      }
    }
    flush(table, lines);
    return lines;
  }

  private static List<String> cells(String row) {
    String inner = row.strip().replaceAll("^\\||\\|$", "");
    return Arrays.stream(inner.split("(?<!\\\\)\\|", -1))
        .map(cell -> cell.strip().replace("\\|", "|").replace("**", "").replace("`", ""))
        .toList();
  }

  private static void flush(List<List<String>> table, List<String> lines) {
    if (table.isEmpty()) {
      return;
    }
    int columns = table.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : table) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = isRule(row) ? widths[i] : Math.max(widths[i], row.get(i).length());
      }
    }
    for (List<String> row : table) {
      lines.add(isRule(row) ? rule(widths) : aligned(row, widths));
    }
    table.clear();
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
