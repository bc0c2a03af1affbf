package io.gdpo.data;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.lm.chat.ChatMessage;
import io.gdpo.lm.chat.ChatTemplate;
import io.gdpo.lm.chat.ChatTemplate.Turn;
import io.gdpo.lm.jinja.TemplateException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Prompts and responses as the model's own chat template writes them. A prompt and its response are
 * together what transformers' {@code apply_chat_template} makes of the whole conversation; the
 * template's special tokens are those tokens, the text of one inside of what is said is not.
 */
final class ChatEncoder {
  private static final int SHOWN = 60;

  private final ChatTemplate template;
  private final TextEncoder texts;
  private final long[] eos;

  /**
   * @param eos ends a response of a template that has no token for a turn's end
   */
  ChatEncoder(ChatTemplate template, TextEncoder texts, long[] eos) {
    this.template = template;
    this.texts = texts;
    this.eos = eos;
  }

  /** Where the template stands. */
  String source() {
    return template.source();
  }

  long[] prompt(PreferenceExample example) {
    return texts.renderedBeginning(
        said(example, () -> template.prompt(messages(ExampleText.prompt(example)))));
  }

  /** None of a response that is null. */
  long[] response(PreferenceExample example, String response) {
    if (response == null) {
      return new long[0];
    }
    String prompt = ExampleText.prompt(example);
    String answer = texts.guarded(DialogueText.isOne(prompt) ? response.strip() : response);
    Turn turn = said(example, () -> template.answered(messages(prompt), answer));
    long[] ids = texts.rendered(turn.response());
    return texts.holdsSpecial(turn.response()) ? ids : TextEncoder.joined(ids, eos);
  }

  private List<ChatMessage> messages(String prompt) {
    return DialogueText.messages(prompt).stream()
        .map(message -> new ChatMessage(message.role(), texts.guarded(message.content())))
        .toList();
  }

  private <T> T said(PreferenceExample example, Supplier<T> rendering) {
    try {
      return rendering.get();
    } catch (TemplateException e) {
      throw new PreferenceDataException(
          "the model's chat template (%s) does not take the prompt '%s': %s; leave out template: chat of the model, or leave out such prompts"
              .formatted(
                  template.source(),
                  Reason.beginning(ExampleText.prompt(example).strip(), SHOWN),
                  e.getMessage()),
          e);
    }
  }
}
