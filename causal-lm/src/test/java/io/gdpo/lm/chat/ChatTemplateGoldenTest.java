package io.gdpo.lm.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.jinja.Template;
import io.gdpo.lm.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Holds templates against what Jinja2 makes of them ({@code tools/chat/make_golden.py}). */
@DisplayName("Like Jinja2 under transformers, to the byte,")
class ChatTemplateGoldenTest {
  private static final String OTHERS = "gdpo.templates";
  private static final Path FOLDER = Path.of("src/test/resources/io/gdpo/lm/chat");
  private static final String REFUSED = "(refused)";
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void conversations_are_written_by_the_templates_of_families() throws IOException {
    assertThat(different(FOLDER.resolve("golden.json"), FOLDER)).isEmpty();
  }

  @Test
  @EnabledIfSystemProperty(named = OTHERS, matches = ".+")
  void conversations_are_written_by_published_templates() throws IOException {
    Path golden = Path.of(System.getProperty(OTHERS));
    assertThat(different(golden, golden.getParent())).isEmpty();
  }

  @Test
  void white_space_and_expressions_are_read() throws IOException {
    List<String> different = new ArrayList<>();
    for (JsonNode snippet : JSON.readTree(FOLDER.resolve("golden.json").toFile()).get("snippets")) {
      compare(
          different,
          snippet.get(0).asText(),
          snippet.get(1),
          rendered(snippet.get(0).asText(), Map.of()));
    }
    assertThat(different).isEmpty();
  }

  private static List<String> different(Path golden, Path folder) throws IOException {
    JsonNode root = JSON.readTree(golden.toFile());
    List<String> different = new ArrayList<>();
    for (Iterator<Map.Entry<String, JsonNode>> all = root.get("templates").fields();
        all.hasNext(); ) {
      Map.Entry<String, JsonNode> one = all.next();
      String template = Files.readString(folder.resolve(one.getKey()));
      for (int c = 0; c < one.getValue().size(); c++) {
        for (int prompt = 0; prompt < 2; prompt++) {
          Map<String, Object> values = new HashMap<>();
          root.get("tokens")
              .fields()
              .forEachRemaining(t -> values.put(t.getKey(), t.getValue().asText()));
          values.put("messages", messages(root.get("conversations").get(c)));
          values.put("add_generation_prompt", prompt == 1);
          values.put("tools", null);
          values.put("documents", null);
          compare(
              different,
              one.getKey() + ", conversation " + c,
              one.getValue().get(c).get(prompt),
              rendered(template, values));
        }
      }
    }
    return different;
  }

  private static List<Object> messages(JsonNode conversation) {
    List<Object> messages = new ArrayList<>();
    conversation.forEach(
        message ->
            messages.add(
                Map.of(
                    "role", message.get("role").asText(),
                    "content", message.get("content").asText())));
    return messages;
  }

  private static String rendered(String template, Map<String, Object> values) {
    try {
      return Template.of(template).render(values, ChatTemplate.TODAY);
    } catch (TemplateException e) {
      return REFUSED + e.getMessage();
    }
  }

  private static void compare(
      List<String> different, String what, JsonNode expected, String rendered) {
    boolean same =
        expected.isNull() ? rendered.startsWith(REFUSED) : rendered.equals(expected.asText());
    if (!same) {
      different.add(what + ": " + rendered + "\ninstead of: " + expected.asText());
    }
  }
}
