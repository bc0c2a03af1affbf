package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * What is delivered is made of parts that are listed ({@code target/bom.json}, CycloneDX), each
 * under a licence that lets it be. The report is {@code integration-tests/target/licences.md}.
 */
class PartsIT {
  private static final List<String> PROGRAMS =
      List.of("dataset-service", "trainer-service", "evaluator-service", "worker", "local-stack");

  private static final Pattern PERMISSIVE =
      Pattern.compile(
          "(?i).*(apache|\\bmit\\b|mit-0|bsd|\\bepl\\b|eclipse|mpl|mozilla|cc0|public domain|edl"
              + "|unicode|upl|universal permissive|postgresql|isc|go license|bouncy|json).*");

  /** LGPL parts may be exchanged by whoever has the product; GPL ones come with an exception. */
  private static final Pattern EXCHANGEABLE =
      Pattern.compile("(?i).*(lgpl|lesser|classpath.?exception|cpe|universal foss).*");

  /** What says nothing of its licence in its own description, with where it says so. */
  private static final Map<String, String> KNOWN = Map.of();

  @Test
  void everyPartOfWhatIsDeliveredIsUnderALicenceThatAllowsIt() throws IOException {
    Map<String, Set<String>> licences = new TreeMap<>();
    for (String program : PROGRAMS) {
      Path bom = Path.of("..", program, "target", "bom.json");
      JsonNode parts = Json.EVENTS.readTree(Files.readAllBytes(bom)).path("components");
      assertThat(parts.size()).as(program + "'s parts").isGreaterThan(20);
      for (JsonNode part : parts) {
        if (!part.path("group").asText().equals("io.gdpo")) {
          licences
              .computeIfAbsent(
                  part.path("group").asText()
                      + ":"
                      + part.path("name").asText()
                      + ":"
                      + part.path("version").asText(),
                  it -> new TreeSet<>())
              .addAll(licences(part));
        }
      }
    }
    Files.writeString(
        Path.of("target", "licences.md"),
        licences.entrySet().stream()
            .map(e -> "| " + e.getKey() + " | " + String.join("; ", e.getValue()) + " |\n")
            .collect(Collectors.joining("", "| part | licence |\n| --- | --- |\n", "")));

    assertThat(licences).hasSizeGreaterThan(200);
    licences
        .entrySet()
        .removeIf(
            e ->
                KNOWN.containsKey(e.getKey())
                    || e.getValue().stream()
                        .anyMatch(
                            it ->
                                PERMISSIVE.matcher(it).matches()
                                    || EXCHANGEABLE.matcher(it).matches()));
    assertThat(licences).as("parts whose licence is unknown or forbids it").isEmpty();
  }

  private static Set<String> licences(JsonNode part) {
    return StreamSupport.stream(part.path("licenses").spliterator(), false)
        .map(
            it ->
                it.has("expression")
                    ? it.path("expression").asText()
                    : it.path("license")
                        .path("id")
                        .asText(it.path("license").path("name").asText()))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
