package io.gdpo.lm.chat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.folder.ChatTemplateFile;
import io.gdpo.lm.jinja.Template;
import io.gdpo.lm.jinja.TemplateException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A tokenizer's chat template: what transformers' {@code apply_chat_template} makes of a
 * conversation, character by character. Several threads may use one.
 */
public final class ChatTemplate {
  /**
   * What a template is told that asks for today's date: always the same, so that a run that is
   * started again, or next week, has the same texts.
   */
  public static final LocalDateTime TODAY = LocalDateTime.of(2024, 7, 26, 0, 0);

  private final String source;
  private final Template template;
  private final Map<String, Object> specialTokens;

  private ChatTemplate(String source, Template template, Map<String, Object> specialTokens) {
    this.source = source;
    this.template = template;
    this.specialTokens = specialTokens;
  }

  /**
   * The template beside a {@code tokenizer.json}; empty if there is none.
   *
   * @throws InvalidModelException if it cannot be read
   */
  public static Optional<ChatTemplate> beside(Path tokenizerJson) throws IOException {
    Optional<ChatTemplateFile> file = ChatTemplateFile.beside(tokenizerJson);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    String source = file.get().source();
    try {
      return Optional.of(
          new ChatTemplate(
              source, Template.of(file.get().text()), texts(file.get().specialTokens())));
    } catch (TemplateException e) {
      throw new InvalidModelException(
          "the chat template (%s) cannot be read: %s; leave out model.template, or mend it there"
              .formatted(source, e.getMessage()),
          e);
    }
  }

  private static Map<String, Object> texts(Map<String, JsonNode> tokens) {
    Map<String, Object> texts = new HashMap<>();
    tokens.forEach((name, text) -> texts.put(name, text.asText()));
    return texts;
  }

  /** Where it stands; for people. */
  public String source() {
    return source;
  }

  /** A prompt and a response to it, one behind the other the whole conversation. */
  public record Turn(String prompt, String response) {}

  /**
   * The text that the model continues with its answer.
   *
   * @throws TemplateException if the template refuses the messages
   */
  public String prompt(List<ChatMessage> messages) {
    return render(messages, true);
  }

  /**
   * The prompt, and what stands behind it once the assistant has answered.
   *
   * @throws TemplateException if the template refuses the messages, or does not begin the whole
   *     conversation with the prompt
   */
  public Turn answered(List<ChatMessage> messages, String answer) {
    String prompt = prompt(messages);
    List<ChatMessage> all = new ArrayList<>(messages);
    all.add(ChatMessage.assistant(answer));
    String whole = render(all, false);
    if (!whole.startsWith(prompt)) {
      int common = 0;
      while (common < Math.min(prompt.length(), whole.length())
          && prompt.charAt(common) == whole.charAt(common)) {
        common++;
      }
      throw new TemplateException(
          "it writes another prompt once there is an answer: '%s' instead of '%s'"
              .formatted(shown(whole, common), shown(prompt, common)));
    }
    return new Turn(prompt, whole.substring(prompt.length()));
  }

  private static String shown(String text, int from) {
    return text.substring(from, Math.min(text.length(), from + 30)).replace("\n", "\\n");
  }

  private String render(List<ChatMessage> messages, boolean addGenerationPrompt) {
    Map<String, Object> values = new HashMap<>(specialTokens);
    List<Map<String, Object>> all = new ArrayList<>();
    for (ChatMessage message : messages) {
      all.add(Map.of("role", message.role(), "content", message.content()));
    }
    values.put("messages", all);
    values.put("add_generation_prompt", addGenerationPrompt);
    values.put("tools", null);
    values.put("documents", null);
    return template.render(values, TODAY);
  }
}
