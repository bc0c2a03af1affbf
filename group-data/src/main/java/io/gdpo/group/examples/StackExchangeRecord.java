package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.List;

/**
 * A question with its answers as in {@code HuggingFaceH4/stack-exchange-preferences} (Lambert et
 * al. 2023): each two answers with different scores ({@code pm_score}) make a pair. Texts are HTML
 * and become plain text, in which code stays marked.
 */
final class StackExchangeRecord {
  static final String QUESTION = "question";
  static final String ANSWERS = "answers";

  private static final String SCORE = "pm_score";

  private final FieldReader fields;

  StackExchangeRecord(FieldReader fields) {
    this.fields = fields;
  }

  /** Whether a record with these fields is one. */
  static boolean isOne(FieldReader fields) {
    return fields.has(QUESTION) && fields.has(ANSWERS);
  }

  private record Answer(String text, double score) {}

  List<PreferenceExample> examples(String group) {
    String prompt = Conversation.turn(plain(QUESTION, fields.text(QUESTION, Bounds.TEXT)));
    List<Answer> answers = answers();
    List<PreferenceExample> pairs = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      for (int j = i + 1; j < answers.size(); j++) {
        Answer first = answers.get(i);
        Answer second = answers.get(j);
        if (first.score != second.score && !first.text.equals(second.text)) {
          boolean isFirst = first.score > second.score;
          pairs.add(
              PairRecord.pair(
                  fields.place(),
                  prompt,
                  "stack-exchange",
                  (isFirst ? first : second).text,
                  (isFirst ? second : first).text,
                  group));
        }
      }
    }
    if (pairs.isEmpty()) {
      throw new RowException(fields.place(), "no two of its answers differ in text and " + SCORE);
    }
    return pairs;
  }

  private List<Answer> answers() {
    JsonNode list = fields.array(ANSWERS);
    if (list.size() > Bounds.OPTIONS) {
      throw fields.wrong(ANSWERS, "holds " + list.size() + " answers, more than " + Bounds.OPTIONS);
    }
    List<Answer> answers = new ArrayList<>();
    for (JsonNode answer : list) {
      JsonNode score = answer.path(SCORE);
      if (!score.isNumber() || !Double.isFinite(score.doubleValue())) {
        throw fields.wrong(
            ANSWERS, "each needs the number " + SCORE + ", one is " + FieldReader.shown(answer));
      }
      String text = fields.string(ANSWERS, answer.path("text"), Bounds.TEXT);
      answers.add(new Answer(Conversation.answer(plain(ANSWERS, text)), score.doubleValue()));
    }
    return answers;
  }

  private String plain(String field, String html) {
    String text = HtmlText.of(html);
    if (text.isEmpty()) {
      throw fields.wrong(field, "holds no text beside its HTML");
    }
    return text;
  }
}
