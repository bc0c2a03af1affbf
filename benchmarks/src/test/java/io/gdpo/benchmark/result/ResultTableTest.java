package io.gdpo.benchmark.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResultTableTest {
  private static final long GIBIBYTE = 1L << 30;

  @Test
  void a_row_tells_both_sides_their_ratio_and_the_goal() {
    SideResult theirs =
        new SideResult("plain", new Spread(8, 7, 9), 1, 700, 4 * GIBIBYTE, GIBIBYTE, 100);
    SideResult ours =
        new SideResult("ours", new Spread(2, 1.9, 2.1), 4, 2800, GIBIBYTE, GIBIBYTE, 50);
    BenchmarkResult result =
        new BenchmarkResult(
            "gdpo", "a step", List.of(), List.of(), theirs, ours, new Spread(4, 3.9, 4.2), 3, 200);

    List<String> lines = ResultTable.of(List.of(result)).lines().toList();

    assertThat(lines).hasSize(3);
    assertThat(cells(lines.get(2)))
        .containsExactly(
            "gdpo",
            "plain",
            "8.000 [7.000, 9.000]",
            "ours",
            "2.000 [1.900, 2.100]",
            "4.00 [3.90, 4.20]",
            "3",
            "1.00 / 4.00",
            "700 / 2800",
            "4.00 / 1.00",
            "0.25",
            "50% / 25%");
  }

  @Test
  void what_is_not_counted_and_not_aimed_at_stays_empty() {
    SideResult side = new SideResult("x", new Spread(1, 1, 1), 1, 1, GIBIBYTE, GIBIBYTE, 0);
    BenchmarkResult result =
        new BenchmarkResult(
            "sampling", "", List.of(), List.of(), side, side, new Spread(1, 1, 1), 0, 200);

    List<String> cells =
        cells(ResultTable.of(List.of(result)).lines().skip(2).findFirst().orElseThrow());

    assertThat(cells.get(6)).isEmpty();
    assertThat(cells.get(11)).isEqualTo("- / -");
  }

  private static List<String> cells(String line) {
    return List.of(line.substring(2, line.length() - 2).split(" \\| ")).stream()
        .map(String::strip)
        .toList();
  }
}
