package io.gdpo.benchmark.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Results as a Markdown table that can be read in a terminal, too. */
public final class ResultTable {
  private static final List<String> HEADINGS =
      List.of(
          "benchmark",
          "against",
          "its step, s",
          "ours",
          "our step, s",
          "times as fast",
          "goal",
          "examples/s",
          "tokens/s",
          "peak memory, GiB",
          "of its",
          "MFU");

  private ResultTable() {}

  /**
   * The table.
   *
   * @return its lines: medians, quartiles in brackets; of pairs of numbers the first is the other
   *     side's
   */
  public static String of(List<BenchmarkResult> results) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    results.forEach(result -> rows.add(row(result)));
    int[] widths =
        IntStream.range(0, HEADINGS.size())
            .map(c -> rows.stream().mapToInt(row -> row.get(c).length()).max().orElse(0))
            .toArray();
    StringBuilder table = new StringBuilder();
    for (int r = 0; r < rows.size(); r++) {
      table.append(line(rows.get(r), widths));
      if (r == 0) {
        table.append(line(IntStream.of(widths).mapToObj("-"::repeat).toList(), widths));
      }
    }
    return table.toString();
  }

  private static String line(List<String> cells, int[] widths) {
    return IntStream.range(0, cells.size())
        .mapToObj(c -> cells.get(c) + " ".repeat(widths[c] - cells.get(c).length()))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  private static List<String> row(BenchmarkResult result) {
    SideResult theirs = result.baseline();
    SideResult ours = result.measured();
    return List.of(
        result.name(),
        theirs.label(),
        spread(theirs.seconds(), "%.3f"),
        ours.label(),
        spread(ours.seconds(), "%.3f"),
        spread(result.speedup(), "%.2f"),
        result.goal() == 0 ? "" : text("%s", plain(result.goal())),
        text("%.2f / %.2f", theirs.examplesPerSecond(), ours.examplesPerSecond()),
        text("%.0f / %.0f", theirs.tokensPerSecond(), ours.tokensPerSecond()),
        text("%.2f / %.2f", gibibytes(theirs.peakBytes()), gibibytes(ours.peakBytes())),
        text("%.2f", ours.peakBytes() / (double) theirs.peakBytes()),
        utilisation(theirs, result.peakGflops()) + " / " + utilisation(ours, result.peakGflops()));
  }

  private static String spread(Spread spread, String format) {
    return text(
        format + " [" + format + ", " + format + "]",
        spread.median(),
        spread.lower(),
        spread.upper());
  }

  private static String utilisation(SideResult side, double peakGflops) {
    return side.gflops() == 0 ? "-" : text("%.0f%%", 100 * side.gflops() / peakGflops);
  }

  private static String plain(double number) {
    return number == Math.rint(number) ? text("%.0f", number) : Double.toString(number);
  }

  private static double gibibytes(long bytes) {
    return bytes / (double) (1L << 30);
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
