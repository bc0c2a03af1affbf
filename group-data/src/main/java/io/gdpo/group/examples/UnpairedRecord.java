package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;

/**
 * A record with one response that is judged by itself: {@code prompt}, {@code completion} and
 * {@code label}, true if it is good (TRL's "unpaired preference" format, what its KTO learns from);
 * texts or conversations. There is nothing by which a prompt could be told from the response, so it
 * needs a field of its own.
 */
final class UnpairedRecord {
  static final String COMPLETION = "completion";

  private static final String LABEL = "label";
  private static final String STYLE = "unpaired";

  private final FieldReader fields;

  UnpairedRecord(FieldReader fields) {
    this.fields = fields;
  }

  PreferenceExample example(String group) {
    boolean good = fields.yes(LABEL);
    JsonNode prompt = fields.value(PairRecord.PROMPT);
    JsonNode completion = fields.value(COMPLETION);
    if (!Conversation.isOne(prompt) && !Conversation.isOne(completion)) {
      return judged(
          fields.text(PairRecord.PROMPT, Bounds.TEXT),
          fields.text(COMPLETION, Bounds.TEXT),
          good,
          group);
    }
    return judged(
        Conversation.isOne(prompt)
            ? Conversation.of(fields, PairRecord.PROMPT, prompt).prompt()
            : Conversation.turn(fields.text(PairRecord.PROMPT, Bounds.TEXT)),
        Conversation.answer(
            Conversation.isOne(completion)
                ? said(completion)
                : fields.text(COMPLETION, Bounds.TEXT)),
        good,
        group);
  }

  private static PreferenceExample judged(
      String prompt, String response, boolean good, String group) {
    return PreferenceExample.ofJudged(prompt, STYLE, response, good, group);
  }

  private String said(JsonNode completion) {
    Conversation answer = Conversation.of(fields, COMPLETION, completion);
    Conversation.Message first = answer.messages().get(0);
    if (answer.messages().size() != 1 || !first.role().equals("assistant")) {
      throw fields.wrong(COMPLETION, "must be one message of the assistant");
    }
    if (first.content().isBlank()) {
      throw fields.wrong(COMPLETION, "is empty");
    }
    return first.content();
  }
}
