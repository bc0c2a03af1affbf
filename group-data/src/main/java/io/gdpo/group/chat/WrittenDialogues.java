package io.gdpo.group.chat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.chat.ChatAnswer;
import io.gdpo.contracts.Reason;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.synthesis.SmallTalk;
import io.gdpo.group.synthesis.Wording;
import io.gdpo.group.text.Characters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a chat model wrote about one question, read strictly: all five styles, a text everywhere, an
 * answer to each option, nothing else.
 *
 * @param wordings one for each style, in their order; of no use if there are problems
 * @param doubts answers that do not seem to express their option
 * @param problems what is wrong, each with its place; the first {@value #MOST_PROBLEMS}
 */
record WrittenDialogues(List<Wording> wordings, List<Doubt> doubts, List<String> problems) {
  /** Characters of a text: far more than the 60 words that are asked for. */
  static final int LONGEST = 1_000;

  static final int MOST_PROBLEMS = 8;

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** What some models put around JSON, whatever they are told. */
  private static final Pattern FENCE =
      Pattern.compile("```(?:json)?\\s*\\n(.*)\\n\\s*```", Pattern.DOTALL);

  /**
   * An answer that does not seem to express its option.
   *
   * @param style the dialogue's
   * @param option its place
   * @param note why it is doubted
   */
  record Doubt(String style, int option, String answer, String note) {}

  static WrittenDialogues of(ChatAnswer answer, GroupQuestion question) {
    Reader reader = new Reader(question);
    if (answer.refusal() != null) {
      reader.problem("the model refuses: " + shown(answer.refusal()));
    } else if (answer.isCut()) {
      reader.problem("the answer was cut off because it is too long; write shorter texts");
    } else {
      reader.read(answer.text());
    }
    return new WrittenDialogues(
        reader.wordings, reader.doubts, reader.problems.stream().limit(MOST_PROBLEMS).toList());
  }

  /** Nothing was written. */
  static WrittenDialogues refused(String why) {
    return new WrittenDialogues(List.of(), List.of(), List.of(why));
  }

  private static String shown(String text) {
    return Reason.clean(Reason.beginning(text.replaceAll("\\s+", " ").strip(), 200));
  }

  /** Walks down an answer. */
  private static final class Reader {
    private final GroupQuestion question;
    private final List<Wording> wordings = new ArrayList<>();
    private final List<Doubt> doubts = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> questions = new HashMap<>();

    Reader(GroupQuestion question) {
      this.question = question;
    }

    void problem(String what) {
      problems.add(what);
    }

    void read(String text) {
      String json = text.strip();
      JsonNode root;
      try {
        root = JSON.readTree(FENCE.matcher(json).replaceFirst("$1"));
      } catch (JsonProcessingException e) {
        problem("the reply is not one JSON object: " + shown(e.getOriginalMessage()));
        return;
      }
      if (hasKeys("the reply", root, SmallTalk.ALL.stream().map(SmallTalk::name).toList())) {
        SmallTalk.ALL.forEach(style -> dialogue(style.name(), root.get(style.name())));
      }
      int answers = SmallTalk.STYLES * question.answers().size();
      if (problems.isEmpty() && 2 * doubts.size() > answers) {
        Doubt first = doubts.get(0);
        problem(
            doubts.size()
                + " of "
                + answers
                + " answers do not express their option, such as "
                + first.style()
                + ".answers."
                + DialoguePrompt.number(first.option())
                + ", which "
                + first.note());
      }
    }

    private void dialogue(String style, JsonNode dialogue) {
      List<String> numbers =
          IntStream.range(0, question.answers().size()).mapToObj(DialoguePrompt::number).toList();
      if (!hasKeys(
              style,
              dialogue,
              List.of(DialoguePrompt.OPENING, DialoguePrompt.QUESTION, DialoguePrompt.ANSWERS))
          || !hasKeys(style + ".answers", dialogue.get(DialoguePrompt.ANSWERS), numbers)) {
        return;
      }
      int before = problems.size();
      String opening = text(style + ".opening", dialogue.get(DialoguePrompt.OPENING));
      String asked = text(style + ".question", dialogue.get(DialoguePrompt.QUESTION));
      List<String> answers =
          numbers.stream()
              .map(
                  number ->
                      text(
                          style + ".answers." + number,
                          dialogue.get(DialoguePrompt.ANSWERS).get(number)))
              .toList();
      if (problems.size() > before) {
        return;
      }
      requireDifferent(questions, style + ".question", asked);
      Map<String, String> said = new HashMap<>();
      for (int i = 0; i < answers.size(); i++) {
        requireDifferent(said, style + ".answers." + numbers.get(i), answers.get(i));
        doubt(style, i, answers.get(i));
      }
      wordings.add(new Wording(opening, asked, answers));
    }

    private void doubt(String style, int option, String answer) {
      Optional<String> note = ExpressedOption.doubt(question.answers(), option, answer);
      note.ifPresent(why -> doubts.add(new Doubt(style, option, answer, why)));
    }

    private boolean hasKeys(String place, JsonNode node, List<String> keys) {
      if (!node.isObject()) {
        problem(place + " is no JSON object");
        return false;
      }
      Set<String> missing = new TreeSet<>(keys);
      Set<String> others = new TreeSet<>();
      for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
        String name = names.next();
        if (!missing.remove(name)) {
          others.add(name);
        }
      }
      if (!missing.isEmpty()) {
        problem(place + " lacks " + String.join(", ", missing));
      }
      if (!others.isEmpty()) {
        problem(
            place
                + " holds what does not belong there: "
                + shown(others.stream().limit(3).collect(Collectors.joining(", "))));
      }
      return missing.isEmpty() && others.isEmpty();
    }

    /** A text on one line; empty if it cannot be used. */
    private String text(String place, JsonNode node) {
      String text = node.isTextual() ? node.asText().replaceAll("\\s+", " ").strip() : "";
      if (!node.isTextual()) {
        problem(place + " is no text");
      } else if (words(text).isEmpty()) {
        problem(place + " has no word");
      } else if (text.length() > LONGEST) {
        problem(place + " has more than " + LONGEST + " characters");
      } else if (text.indexOf('<') >= 0 || text.indexOf('>') >= 0) {
        problem(place + " holds < or >, which stand around beliefs");
      } else {
        Characters.problem(text).ifPresent(what -> problem(place + " " + what));
      }
      return text;
    }

    private void requireDifferent(Map<String, String> before, String place, String text) {
      String same = before.putIfAbsent(words(text), place);
      if (same != null) {
        problem(place + " says the same as " + same);
      }
    }

    private static String words(String text) {
      return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{M}\\p{N}]+", " ").strip();
    }
  }
}
