package io.gdpo.it.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.gdpo.contracts.metric.ServiceMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Alert rules and dashboard ask for what the services tell, and every alert says what to do. */
class MonitoringTest {
  private static final Path FOLDER = Path.of("../k8s/components/monitoring");
  private static final Path PAGE = Path.of("../docs/how-to/observe.md");

  /** What Prometheus itself, Quarkus and its Kafka clients tell. */
  private static final Set<String> OF_OTHERS =
      Set.of(
          "up",
          "http_server_requests_seconds_count",
          "jvm_memory_used_bytes",
          "kafka_consumer_fetch_manager_records_lag_max");

  /** A metric in an expression: a name before labels or a closing bracket, no function. */
  private static final Pattern NAME = Pattern.compile("\\b([a-z][a-z_0-9]*)(?=[{\\[)])");

  @Test
  void everyMetricOfTheAlertRulesIsOneThatIsTold() throws IOException {
    assertThat(metrics(rules().findValuesAsText("expr"))).isNotEmpty().isSubsetOf(told());
  }

  @Test
  void everyMetricOfTheDashboardIsOneThatIsTold() throws IOException {
    JsonNode dashboard = new YAMLMapper().readTree(FOLDER.resolve("dashboard.json").toFile());

    assertThat(metrics(dashboard.findValuesAsText("expr"))).isNotEmpty().isSubsetOf(told());
    assertThat(dashboard.at("/templating/list/1/query").asText())
        .contains(ServiceMetric.WORK_PASS_AGE.meter());
  }

  @Test
  void everyAlertHasItsSectionInThePageThatSaysWhatToDo() throws IOException {
    String page = Files.readString(PAGE);
    List<String> alerts = rules().findValuesAsText("alert");

    assertThat(alerts).isNotEmpty().allMatch(alert -> page.contains("### " + alert + "\n"));
    assertThat(rules().findValuesAsText("runbook"))
        .containsExactlyElementsOf(
            alerts.stream()
                .map(alert -> "docs/how-to/observe.md#" + alert.toLowerCase(Locale.ROOT))
                .toList());
    assertThat(Pattern.compile("### (Gdpo\\w+)\n").matcher(page).results().map(m -> m.group(1)))
        .containsExactlyElementsOf(alerts);
  }

  private static JsonNode rules() throws IOException {
    return new YAMLMapper().readTree(FOLDER.resolve("rules.yaml").toFile());
  }

  private static Set<String> told() {
    Set<String> told = new TreeSet<>(OF_OTHERS);
    Stream.of(ServiceMetric.values()).map(ServiceMetric::series).forEach(told::addAll);
    return told;
  }

  private static Set<String> metrics(List<String> expressions) {
    Set<String> names = new TreeSet<>();
    for (String expression : expressions) {
      Matcher found = NAME.matcher(expression.replaceAll("\\bby \\([^)]*\\)|\"[^\"]*\"", ""));
      while (found.find()) {
        names.add(found.group(1));
      }
    }
    return names;
  }
}
