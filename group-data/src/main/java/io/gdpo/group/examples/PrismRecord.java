package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.group.Bounds;
import io.gdpo.group.examples.Conversation.Message;
import io.gdpo.group.examples.Vote.Choice;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A conversation of PRISM ({@code HannahRoseKirk/prism-alignment}, Kirk et al. 2024): in each turn
 * a person says something, several models respond, and the person goes on with the response that
 * they score highest. That is a vote for it against each other response of its turn, to the
 * dialogue up to there; where both have the same score, neither is preferred.
 */
final class PrismRecord {
  static final String HISTORY = "conversation_history";

  private static final String CHOSEN = "if_chosen";
  private static final String SCORE = "score";

  private final FieldReader fields;

  PrismRecord(FieldReader fields) {
    this.fields = fields;
  }

  /** What was said in a turn, and the responses to it. */
  private static final class Turn {
    private String said;
    private final List<JsonNode> responses = new ArrayList<>();
  }

  List<Vote> votes(String group) {
    String voter = fields.has("user_id") ? fields.values().get("user_id").asText() : null;
    List<Message> dialogue = new ArrayList<>();
    List<Vote> votes = new ArrayList<>();
    for (Turn turn : turns().values()) {
      if (turn.said == null) {
        throw fields.wrong(HISTORY, "holds a turn in which no user says anything");
      }
      dialogue.add(new Message("user", turn.said));
      JsonNode chosen = chosen(turn);
      String answer = content(chosen);
      String prompt = fields.checked(HISTORY, new Conversation(dialogue).prompt(), Bounds.TEXT);
      for (JsonNode other : turn.responses) {
        String refused = content(other);
        if (!refused.isBlank() && !refused.strip().equals(answer.strip())) {
          votes.add(
              new Vote(
                  prompt,
                  Conversation.answer(answer),
                  Conversation.answer(refused),
                  tied(chosen, other) ? Choice.TIE : Choice.FIRST,
                  voter,
                  group));
        }
      }
      dialogue.add(new Message("assistant", answer));
    }
    if (votes.isEmpty()) {
      throw fields.wrong(HISTORY, "holds no turn with two different responses");
    }
    return votes;
  }

  private Map<Long, Turn> turns() {
    JsonNode history = fields.array(HISTORY);
    if (history.size() > Bounds.OPTIONS) {
      throw fields.wrong(
          HISTORY, "holds " + history.size() + " messages, more than " + Bounds.OPTIONS);
    }
    Map<Long, Turn> turns = new TreeMap<>();
    for (JsonNode message : history) {
      JsonNode number = message.path("turn");
      String role = message.path("role").asText();
      if (!number.isIntegralNumber() || !role.matches("user|model")) {
        throw fields.wrong(
            HISTORY,
            "a message needs the number 'turn' and the role 'user' or 'model', this is "
                + FieldReader.shown(message));
      }
      Turn turn = turns.computeIfAbsent(number.longValue(), n -> new Turn());
      if (role.equals("model")) {
        turn.responses.add(message);
      } else {
        turn.said = content(message);
      }
    }
    return turns;
  }

  private JsonNode chosen(Turn turn) {
    List<JsonNode> chosen =
        turn.responses.stream().filter(response -> response.path(CHOSEN).asBoolean()).toList();
    if (chosen.size() != 1 || content(chosen.get(0)).isBlank()) {
      throw fields.wrong(
          HISTORY,
          "each turn needs one response that says something and whose '"
              + CHOSEN
              + "' is true, one has "
              + chosen.size());
    }
    return chosen.get(0);
  }

  private static boolean tied(JsonNode chosen, JsonNode other) {
    return chosen.path(SCORE).isNumber()
        && other.path(SCORE).isNumber()
        && chosen.get(SCORE).doubleValue() == other.get(SCORE).doubleValue();
  }

  private String content(JsonNode message) {
    return fields.string(HISTORY + ".content", message.path("content"), Bounds.TEXT);
  }
}
