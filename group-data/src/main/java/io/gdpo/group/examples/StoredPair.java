package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Votes;
import io.gdpo.group.Bounds;
import java.util.List;

/**
 * A record of a dataset of ours that tells no beliefs, so that a dataset can be given again: a
 * pair, or a response that is judged by itself, whose other side is null.
 */
final class StoredPair {
  static final String CHOSEN = "accept_response";

  private static final String REJECTED = "reject_response";
  private static final List<String> OF_OPINIONS =
      List.of(
          "options",
          "accept_choice",
          "accept_choice_id",
          "reject_choice",
          "reject_choice_id",
          "probabilities");

  private final FieldReader fields;

  StoredPair(FieldReader fields) {
    this.fields = fields;
  }

  /** Whether a record with these fields is one: it has both sides, and nothing of beliefs. */
  static boolean isOne(FieldReader fields) {
    return fields.values().has(CHOSEN)
        && fields.values().has(REJECTED)
        && (fields.has(CHOSEN) || fields.has(REJECTED))
        && OF_OPINIONS.stream().noneMatch(fields::has);
  }

  PreferenceExample example(String group) {
    String prompt = fields.text("prompt", Bounds.TEXT);
    String style = fields.has("style") ? fields.text("style", Bounds.NAME) : "pairs";
    if (!fields.has(CHOSEN) || !fields.has(REJECTED)) {
      boolean good = !fields.has(REJECTED);
      String response = fields.text(good ? CHOSEN : REJECTED, Bounds.TEXT);
      return PreferenceExample.ofJudged(prompt, style, response, good, group);
    }
    PreferenceExample pair =
        PairRecord.pair(
            fields.place(),
            prompt,
            style,
            fields.string(CHOSEN, Bounds.TEXT),
            fields.string(REJECTED, Bounds.TEXT),
            group);
    return fields.has("votes_chosen")
        ? PreferenceExample.ofVotes(
            pair.prompt(), pair.style(), pair.chosen(), pair.rejected(), votes(), group)
        : pair;
  }

  private Votes votes() {
    return new Votes(count("votes_chosen"), count("votes_rejected"), count("votes_tied"));
  }

  private int count(String field) {
    double votes = fields.number(field);
    if (votes < 0 || votes != Math.rint(votes) || votes > Bounds.EXAMPLES) {
      throw fields.wrong(field, "must be a number of votes, is " + votes);
    }
    return (int) votes;
  }
}
