package io.gdpo.contracts.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.contracts.topic.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What examples and documentation show is what is read. */
class WrittenForPeopleTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern SNIPPET = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);

  /** A field of the top level with all that is indented below it. */
  private static final Pattern SECTION = Pattern.compile("(?m)^\\w.*\\n(?:[ #].*\\n)*");

  private static final String REST =
      """
      name: riverside
      dataset: {survey: survey.csv, group: Riverside}
      model: {init: {tokenizer: tokenizer.json}}
      stages: [{name: sft, training: {loss: sft}}]
      """;

  static Stream<Path> examples() throws IOException {
    return Stream.concat(
        files(ROOT.resolve("examples"), ".yaml"),
        Stream.of(ROOT.resolve("k8s/examples/experiment-on-pools.yaml")));
  }

  static Stream<Path> pages() throws IOException {
    return Stream.concat(Stream.of(ROOT.resolve("README.md")), files(ROOT.resolve("docs"), ".md"))
        .filter(page -> SNIPPET.matcher(text(page)).find());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleIsAnExperimentThatCanBeRun(Path file) throws IOException {
    assertThat(Json.YAML_SPECS.readValue(text(file), ExperimentSpec.class).problems()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everySnippetOfAPageIsAnExperimentOrSectionsOfOne(Path page) throws IOException {
    for (String snippet : SNIPPET.matcher(text(page)).results().map(s -> s.group(1)).toList()) {
      for (String part : snippet.contains("stages:") ? List.of(snippet) : sections(snippet)) {
        ObjectNode experiment = (ObjectNode) Json.YAML_SPECS.readTree(REST);
        JsonNode shown = Json.YAML_SPECS.readTree(part);
        shown = shown.has("spec") ? shown.get("spec") : shown; // of a GdpoExperiment
        experiment.setAll((ObjectNode) shown);
        assertThat(Json.YAML_SPECS.treeToValue(experiment, ExperimentSpec.class).problems())
            .as(part)
            .isEmpty();
      }
    }
  }

  @Test
  void theEventsPageNamesEveryTopicWithItsKeyAndItsEvents() {
    String page = text(ROOT.resolve("docs/reference/events.md"));

    for (Topics.Topic topic : Topics.ofEvents()) {
      List<String> rows =
          page.lines().filter(row -> row.startsWith("| `" + topic.name() + "` |")).toList();
      assertThat(rows).as(topic.name()).hasSize(1);
      assertThat(rows.get(0)).contains("| " + topic.key() + " |");
      assertThat(
              Pattern.compile("`([A-Z]\\w+)`")
                  .matcher(rows.get(0))
                  .results()
                  .map(event -> "io.gdpo." + event.group(1)))
          .containsExactlyInAnyOrderElementsOf(
              Stream.of(EventType.values())
                  .filter(event -> event.topic().equals(topic.name()))
                  .map(EventType::type)
                  .toList());
    }
    assertThat(Stream.of(EventType.values()).map(EventType::topic))
        .isSubsetOf(Topics.ofEvents().stream().map(Topics.Topic::name).toList());
  }

  private static List<String> sections(String snippet) {
    return SECTION.matcher(snippet).results().map(MatchResult::group).toList();
  }

  private static Stream<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList().stream();
    }
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
