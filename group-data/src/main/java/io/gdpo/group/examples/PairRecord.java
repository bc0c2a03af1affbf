package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.List;

/**
 * A record with {@code chosen} and {@code rejected}, in the forms that such data sets come in
 * (TRL's "preference" formats): texts or conversations; the prompt in a field of its own, or what
 * both sides begin with; several rejected responses, each of which makes a pair. Anthropic's HH has
 * the whole dialogue on both sides. Other fields are not looked at.
 */
final class PairRecord {
  static final String PROMPT = "prompt";
  static final String CHOSEN = "chosen";
  static final String REJECTED = "rejected";

  private static final String STYLE = "pairs";

  private final FieldReader fields;

  PairRecord(FieldReader fields) {
    this.fields = fields;
  }

  List<PreferenceExample> examples(String group) {
    JsonNode chosen = fields.value(CHOSEN);
    List<PreferenceExample> pairs = new ArrayList<>();
    for (JsonNode rejected : alternatives(fields.value(REJECTED))) {
      pairs.add(
          Conversation.isOne(chosen)
              ? ofConversations(chosen, rejected, group)
              : ofTexts(chosen, rejected, group));
    }
    return pairs;
  }

  /** One side, or a list of them. */
  private List<JsonNode> alternatives(JsonNode rejected) {
    if (!rejected.isArray() || Conversation.isOne(rejected)) {
      return List.of(rejected);
    }
    List<JsonNode> all = new ArrayList<>();
    rejected.forEach(all::add);
    if (all.isEmpty()) {
      throw fields.wrong(REJECTED, "holds no response");
    }
    return all;
  }

  private PreferenceExample ofTexts(JsonNode chosenValue, JsonNode rejectedValue, String group) {
    String chosen = fields.string(CHOSEN, chosenValue, Bounds.TEXT);
    String rejected = fields.string(REJECTED, rejectedValue, Bounds.TEXT);
    if (!fields.has(PROMPT)) {
      int prompt = commonBeginning(chosen, rejected);
      return pair(
          fields.place(),
          chosen.substring(0, prompt),
          STYLE,
          chosen.substring(prompt),
          rejected.substring(prompt),
          group);
    }
    JsonNode prompt = fields.value(PROMPT);
    if (Conversation.isOne(prompt)) {
      Conversation before = Conversation.of(fields, PROMPT, prompt);
      return pair(
          fields.place(),
          before.prompt(),
          STYLE,
          Conversation.answer(chosen),
          Conversation.answer(rejected),
          group);
    }
    return pair(fields.place(), fields.text(PROMPT, Bounds.TEXT), STYLE, chosen, rejected, group);
  }

  /**
   * Where the prompt ends that both sides begin with: at the last mark of an assistant's turn in
   * it, or, in texts without one, at a word's end.
   */
  private int commonBeginning(String chosen, String rejected) {
    int common = 0;
    while (common < Math.min(chosen.length(), rejected.length())
        && chosen.charAt(common) == rejected.charAt(common)) {
      common++;
    }
    int mark = chosen.lastIndexOf(Conversation.ASSISTANT, common - Conversation.ASSISTANT.length());
    int end = mark < 0 ? common : mark + Conversation.ASSISTANT.length();
    while (mark < 0 && end > 0 && !Character.isWhitespace(chosen.charAt(end - 1))) {
      end--;
    }
    while (mark < 0 && end > 0 && Character.isWhitespace(chosen.charAt(end - 1))) {
      end--;
    }
    if (chosen.substring(0, end).isBlank()) {
      throw new RowException(
          fields.place(),
          "there is no field 'prompt', and chosen and rejected do not begin with one");
    }
    return end;
  }

  private PreferenceExample ofConversations(
      JsonNode chosenValue, JsonNode rejectedValue, String group) {
    if (!Conversation.isOne(rejectedValue)) {
      throw fields.wrong(
          REJECTED,
          "must be a list of messages, as 'chosen' is, is " + FieldReader.shown(rejectedValue));
    }
    Conversation chosen = Conversation.of(fields, CHOSEN, chosenValue);
    Conversation rejected = Conversation.of(fields, REJECTED, rejectedValue);
    if (Conversation.isOne(fields.values().path(PROMPT))) {
      Conversation before = Conversation.of(fields, PROMPT, fields.value(PROMPT));
      chosen = before.with(chosen);
      rejected = before.with(rejected);
    }
    int common = chosen.common(rejected);
    if (chosen.equals(rejected)) {
      common--; // told below as what it is: two sides that are the same
    }
    if (chosen.messages().size() != common + 1
        || rejected.messages().size() != common + 1
        || !chosen.messages().get(common).role().equals("assistant")
        || !rejected.messages().get(common).role().equals("assistant")) {
      throw new RowException(
          fields.place(),
          "behind the messages that chosen and rejected share, each must have one of the"
              + " assistant");
    }
    String prompt =
        common > 0 ? chosen.prompt(common) : Conversation.turn(fields.text(PROMPT, Bounds.TEXT));
    return pair(
        fields.place(),
        prompt,
        STYLE,
        Conversation.answer(chosen.messages().get(common).content()),
        Conversation.answer(rejected.messages().get(common).content()),
        group);
  }

  /**
   * A pair in which there is something to prefer.
   *
   * @throws RowException if not
   */
  static PreferenceExample pair(
      Place place, String prompt, String style, String chosen, String rejected, String group) {
    if (chosen.isBlank() || rejected.isBlank()) {
      throw new RowException(
          place, "the " + (chosen.isBlank() ? CHOSEN : REJECTED) + " response is empty");
    }
    if (chosen.strip().equals(rejected.strip())) {
      throw new RowException(
          place, "chosen and rejected are the same, so there is nothing to prefer");
    }
    return PreferenceExample.ofPair(prompt, style, chosen, rejected, group);
  }
}
