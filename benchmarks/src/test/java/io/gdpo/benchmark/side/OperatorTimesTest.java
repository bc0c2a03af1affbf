package io.gdpo.benchmark.side;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTimesTest {
  @Test
  void an_operators_time_is_without_that_of_those_it_calls(@TempDir Path folder)
      throws IOException {
    Path trace = folder.resolve("trace.json");
    Files.writeString(
        trace,
        """
        [{"name": "aten::linear", "ph": "X", "ts": 10, "dur": 70, "tid": 1},
         {"name": "aten::t", "ph": "X", "ts": 10, "dur": 10, "tid": 1},
         {"name": "aten::mm", "ph": "X", "ts": 20, "dur": 50, "tid": 1},
         {"name": "aten::mm", "ph": "X", "ts": 80, "dur": 10, "tid": 1},
         {"name": "aten::add", "ph": "X", "ts": 30, "dur": 20, "tid": 2},
         {"name": "a mark", "ph": "i", "ts": 30, "tid": 2}]
        """);

    Map<String, Double> shares = OperatorTimes.shares(trace);

    assertThat(shares).containsOnlyKeys("aten::linear", "aten::t", "aten::mm", "aten::add");
    assertThat(shares.get("aten::mm")).isCloseTo(0.6, within(1e-9));
    assertThat(shares.get("aten::linear")).isCloseTo(0.1, within(1e-9));
    assertThat(shares.get("aten::t")).isCloseTo(0.1, within(1e-9));
    assertThat(shares.get("aten::add")).isCloseTo(0.2, within(1e-9));
  }
}
