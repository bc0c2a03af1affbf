package io.gdpo.benchmark.dataset;

import com.fasterxml.jackson.databind.SequenceWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Invented opinions in the layout and the number of the method's largest data set ({@code
 * Binwei01/mmoqa_usa_large}: 469 questions of five styles, 176,905 / 22,166 / 22,199 rows), the
 * same ones each time.
 */
final class OpinionRows {
  private static final Map<Split, Integer> PUBLISHED =
      new EnumMap<>(Map.of(Split.TRAIN, 176_905, Split.EVAL, 22_166, Split.TEST, 22_199));
  private static final int QUESTIONS = 469;
  private static final int STYLES = 5;
  private static final List<String> OPTIONS =
      List.of(
          "Don't know",
          "Strongly oppose",
          "Somewhat oppose",
          "Neither",
          "Somewhat support",
          "Strongly support");
  private static final List<String> WORDS =
      List.of(
          ("the government people country economy future trade climate schools health taxes border"
                  + " safety young older families workers city village news internet vote law"
                  + " rights money energy water food travel neighbours")
              .split(" "));

  private final Random random = new Random(11);

  private record Question(List<String> prompts, List<String> contexts, List<Double> shares) {}

  /**
   * Writes a JSON Lines file for each split.
   *
   * @param share of the published number of rows
   */
  static void write(Path folder, double share) throws IOException {
    Files.createDirectories(folder);
    new OpinionRows().writeAll(folder, share);
  }

  private void writeAll(Path folder, double share) throws IOException {
    List<Question> questions = new ArrayList<>();
    for (int i = 0; i < QUESTIONS; i++) {
      questions.add(question(i));
    }
    for (Map.Entry<Split, Integer> split : PUBLISHED.entrySet()) {
      Path file = folder.resolve(split.getKey().name().toLowerCase(Locale.ROOT) + ".jsonl");
      try (SequenceWriter rows =
          Json.EVENTS
              .writer()
              .withRootValueSeparator("\n")
              .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
              .writeValues(Files.newBufferedWriter(file))) {
        for (int i = 0; i < split.getValue() * share; i++) {
          rows.write(row(i % QUESTIONS, questions.get(i % QUESTIONS)));
        }
      }
    }
  }

  private Question question(int number) {
    List<String> prompts = new ArrayList<>();
    List<String> contexts = new ArrayList<>();
    String about = words(12);
    for (int style = 0; style < STYLES; style++) {
      prompts.add(words(4) + ", do you support " + about + " (" + number + ")?");
      contexts.add(words(14) + ". ");
    }
    double[] drawn = random.doubles(OPTIONS.size()).toArray();
    double sum = Arrays.stream(drawn).sum();
    return new Question(
        prompts, contexts, Arrays.stream(drawn).map(share -> share / sum).boxed().toList());
  }

  private Map<String, Object> row(int number, Question question) {
    int style = random.nextInt(STYLES);
    int accepted = random.nextInt(OPTIONS.size());
    int rejected = (accepted + 1 + random.nextInt(OPTIONS.size() - 1)) % OPTIONS.size();
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("question_id", "q" + number);
    row.put("prompt", question.prompts.get(style));
    row.put("context", question.contexts.get(style));
    row.put("options", OPTIONS);
    row.put("accept_choice_id", accepted);
    row.put("accept_choice", OPTIONS.get(accepted));
    row.put("accept_response", words(20) + ".");
    row.put("reject_choice_id", rejected);
    row.put("reject_choice", OPTIONS.get(rejected));
    row.put("reject_response", words(20) + "!");
    row.put("probabilities", question.shares);
    return row;
  }

  private String words(int count) {
    List<String> words = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      words.add(WORDS.get(random.nextInt(WORDS.size())));
    }
    return String.join(" ", words);
  }
}
