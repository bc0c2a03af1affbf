package io.gdpo.it.guarded;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.topic.TopicRights;
import io.gdpo.contracts.topic.TopicRights.Right;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What services need on the broker is declared once, and the page tells what stands there. */
class RightsOnTheBrokerTest {
  private static final Path PAGE = Path.of("../docs/how-to/secure.md");
  private static final Pattern TABLE = Pattern.compile("(<!-- rights -->\n)[^<]*(<!-- end -->\n)");

  @Test
  void the_page_tells_the_rights_that_are_declared() throws IOException {
    String page = Files.readString(PAGE);
    String expected =
        TABLE
            .matcher(page)
            .replaceFirst(
                found -> Matcher.quoteReplacement(found.group(1) + table() + found.group(2)));
    if (Boolean.getBoolean("gdpo.settings.write")) {
      Files.writeString(PAGE, expected);
      page = expected;
    }
    assertThat(page)
        .as("the rights have changed; write them anew with -Dgdpo.settings.write=true")
        .contains(table());
  }

  @Test
  void a_service_may_read_what_it_listens_to_and_nothing_else() throws IOException {
    for (TopicRights rights : TopicRights.ofServices()) {
      Properties settings = new Properties();
      settings.load(
          Files.newBufferedReader(
              Path.of("..", rights.service(), "src/main/resources/application.properties")));
      Set<String> topics = new TreeSet<>();
      for (String name : settings.stringPropertyNames()) {
        if (name.matches("mp\\.messaging\\.incoming\\.[^.]+\\.topic")) {
          topics.add(settings.getProperty(name));
        } else if (name.matches("mp\\.messaging\\.incoming\\.[^.]+\\.group\\.id")) {
          assertThat(settings.getProperty(name)).startsWith(rights.groupPrefix());
        }
      }
      assertThat(rights.reads()).as(rights.service()).containsExactlyInAnyOrderElementsOf(topics);
    }
  }

  private static String table() {
    return TopicRights.ofServices().stream()
        .map(
            it ->
                "| `%s` | %s | %s | `%s` |\n"
                    .formatted(
                        it.service(),
                        topics(it, Set.of(Right.READ, Right.WRITE)),
                        topics(it, Set.of(Right.WRITE)),
                        it.groupPrefix()))
        .collect(
            Collectors.joining(
                "",
                "| user | Read and Write on topics | Write on topics |"
                    + " Read on consumer groups that begin with |\n| --- | --- | --- | --- |\n",
                ""));
  }

  private static String topics(TopicRights service, Set<Right> rights) {
    return service.onTopics().entrySet().stream()
        .filter(topic -> topic.getValue().equals(rights))
        .map(topic -> "`" + topic.getKey() + "`")
        .collect(Collectors.joining(", "));
  }
}
