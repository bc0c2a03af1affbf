package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import java.util.Locale;

/**
 * A record of Stanford Human Preferences ({@code stanfordnlp/SHP}, Ethayarajh et al. 2022): a post,
 * two comments, and which of them has the higher score. Only where one has at least twice the
 * other's is it taken for a preference, as the data's authors advise.
 */
final class HumanPreferenceRecord {
  static final String FIRST = "human_ref_A";
  static final String SECOND = "human_ref_B";

  private static final double LEAST_RATIO = 2;

  private final FieldReader fields;

  HumanPreferenceRecord(FieldReader fields) {
    this.fields = fields;
  }

  PreferenceExample example(String group) {
    double ratio = fields.number("score_ratio");
    if (ratio < LEAST_RATIO) {
      throw new RowException(
          fields.place(),
          String.format(
              Locale.ROOT, "field 'score_ratio': is %.2f, below %.0f", ratio, LEAST_RATIO));
    }
    double label = fields.number("labels");
    if (label != 0 && label != 1) {
      throw fields.wrong("labels", "must be 1 (A is preferred) or 0 (B is), is " + label);
    }
    String prompt = Conversation.turn(fields.text("history", Bounds.TEXT));
    String first = Conversation.answer(fields.text(FIRST, Bounds.TEXT));
    String second = Conversation.answer(fields.text(SECOND, Bounds.TEXT));
    return PairRecord.pair(
        fields.place(),
        prompt,
        "shp",
        label == 1 ? first : second,
        label == 1 ? second : first,
        group);
  }
}
