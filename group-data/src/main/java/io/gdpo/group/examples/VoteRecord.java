package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.group.Bounds;
import io.gdpo.group.examples.Vote.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A record of people who compared responses, in one of three layouts: two responses and one
 * person's {@code preference}; two and a list of several people's, as in MultiPref ({@code
 * allenai/multipref}, Miranda et al. 2024); four and the one that a person chose, as in Community
 * Alignment ({@code facebook/community-alignment-dataset}, Zhang et al. 2025), which is a vote
 * against each of the others.
 */
final class VoteRecord {
  static final String PREFERENCE = "preference";
  static final String FIRST_TURN = "first_turn_preferred_response";

  private static final List<String> ANNOTATIONS =
      List.of("normal_worker_annotations", "expert_worker_annotations");
  private static final String LETTERS = "abcd";

  private final FieldReader fields;

  VoteRecord(FieldReader fields) {
    this.fields = fields;
  }

  /** Whether a record with these fields is one of votes. */
  static boolean isOne(FieldReader fields) {
    return fields.has(PREFERENCE)
        || fields.has(FIRST_TURN)
        || ANNOTATIONS.stream().anyMatch(fields::has);
  }

  List<Vote> votes(String group) {
    if (fields.has(FIRST_TURN)) {
      return ofFourResponses(group);
    }
    return fields.has(PREFERENCE) ? List.of(ofOnePerson(group)) : ofSeveralPeople(group);
  }

  private Vote ofOnePerson(String group) {
    return vote(
        fields.text("prompt", Bounds.TEXT),
        response("response_a"),
        response("response_b"),
        choice(PREFERENCE, fields.string(PREFERENCE, Bounds.NAME)),
        voter(),
        group);
  }

  private List<Vote> ofSeveralPeople(String group) {
    String prompt = Conversation.turn(fields.text("text", Bounds.TEXT));
    String first = Conversation.answer(response("completion_a"));
    String second = Conversation.answer(response("completion_b"));
    List<Vote> votes = new ArrayList<>();
    for (String list : ANNOTATIONS) {
      if (fields.has(list)) {
        for (JsonNode annotation : fields.array(list)) {
          JsonNode said = annotation.path("overall_pref");
          JsonNode voter = annotation.path("evaluator");
          votes.add(
              vote(
                  prompt,
                  first,
                  second,
                  choice(list + ".overall_pref", fields.string(list, said, Bounds.NAME)),
                  voter.isValueNode() && !voter.isNull() ? voter.asText() : null,
                  group));
        }
      }
    }
    return votes;
  }

  private List<Vote> ofFourResponses(String group) {
    String prompt = Conversation.turn(fields.text("first_turn_prompt", Bounds.TEXT));
    String preferred = fields.string(FIRST_TURN, Bounds.NAME).strip().toLowerCase(Locale.ROOT);
    int chosen = LETTERS.indexOf(preferred.replaceFirst("^response_", ""));
    if (chosen < 0 || !preferred.matches("(?:response_)?[abcd]")) {
      throw fields.wrong(FIRST_TURN, "must be response_a to response_d, is '" + preferred + "'");
    }
    List<Vote> votes = new ArrayList<>();
    String said = ofLetter(chosen);
    for (int other = 0; other < LETTERS.length(); other++) {
      if (other != chosen && fields.has("first_turn_response_" + LETTERS.charAt(other))) {
        votes.add(vote(prompt, said, ofLetter(other), Choice.FIRST, voter(), group));
      }
    }
    return votes;
  }

  private String ofLetter(int letter) {
    return Conversation.answer(response("first_turn_response_" + LETTERS.charAt(letter)));
  }

  private String response(String field) {
    return fields.text(field, Bounds.TEXT);
  }

  private String voter() {
    JsonNode voter = fields.values().path("annotator_id");
    return voter.isValueNode() && !voter.isNull() ? voter.asText() : null;
  }

  private Choice choice(String field, String said) {
    String word = said.strip().toLowerCase(Locale.ROOT);
    if (word.matches("tie|both|same|equal")) {
      return Choice.TIE;
    }
    if (word.matches("(?:response_|completion_)?a|a-is-(?:clearly|slightly)-better")) {
      return Choice.FIRST;
    }
    if (word.matches("(?:response_|completion_)?b|b-is-(?:clearly|slightly)-better")) {
      return Choice.SECOND;
    }
    throw fields.wrong(field, "must be a, b or tie, is '" + word + "'");
  }

  private Vote vote(
      String prompt, String first, String second, Choice choice, String voter, String group) {
    if (first.strip().equals(second.strip())) {
      throw new RowException(
          fields.place(), "two of the responses are the same, so there is nothing to prefer");
    }
    return new Vote(prompt, first, second, choice, voter, group);
  }
}
