package io.gdpo.contracts.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ServiceMetricTest {
  private static final Path DOCS = Path.of("../docs/reference/metrics-of-services.md");

  @Test
  void theDocsSayOfEachMetricWhatStandsHere() throws IOException {
    String table =
        Stream.concat(
                Stream.of("| metric | labels | what it tells |", "| --- | --- | --- |"),
                Stream.of(ServiceMetric.values()).map(ServiceMetricTest::row))
            .collect(Collectors.joining("\n", "", "\n"));

    assertThat(Files.readString(DOCS).contains(table))
        .as("%s must hold this table, as it stands here:\n\n%s", DOCS, table)
        .isTrue();
  }

  @Test
  void namesFollowTheConventionsOfPrometheus() {
    assertThat(ServiceMetric.values())
        .extracting(ServiceMetric::meter)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("gdpo(_[a-z]+)+"))
        .noneMatch(name -> name.endsWith("_total"));
  }

  private static String row(ServiceMetric metric) {
    String names =
        metric.series().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    String labels =
        metric.labels().stream().map(name -> "`" + name + "`").collect(Collectors.joining(", "));
    return "| %s | %s | %s |".formatted(names, labels, metric.meaning());
  }
}
