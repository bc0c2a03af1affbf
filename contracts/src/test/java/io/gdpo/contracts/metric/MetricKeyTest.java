package io.gdpo.contracts.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetricKeyTest {
  private static final Path DOCS = Path.of("../docs/reference/metrics.md");

  @Test
  void theDocsSayOfEachMetricWhatItsKeySays() throws IOException {
    String page = Files.readString(DOCS);
    for (String table : new String[] {table(MetricKey.ofModels()), table(MetricKey.yardsticks())}) {
      assertThat(page.contains(table))
          .as("docs/reference/metrics.md must hold this table, as it stands here:\n\n%s", table)
          .isTrue();
    }
  }

  @Test
  void noTwoMetricsShareANameInJsonOrForPeople() {
    assertThat(MetricKey.values()).extracting(MetricKey::id).doesNotHaveDuplicates();
    assertThat(MetricKey.values()).extracting(MetricKey::label).doesNotHaveDuplicates();
  }

  private static String table(Collection<MetricKey> keys) {
    return Stream.concat(
            Stream.of(
                "| metric | name in reports | what it says | range | better |",
                "| --- | --- | --- | --- | --- |"),
            keys.stream().map(MetricKeyTest::row))
        .collect(Collectors.joining("\n", "", "\n"));
  }

  private static String row(MetricKey key) {
    return "| `%s` | %s | %s | %s | %s |"
        .formatted(
            key.id(), key.label(), key.meaning(), key.range().words(), key.direction().better());
  }
}
