package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Holds {@link TokensInPlaceTest}'s properties on published tokenizers, which are not in this
 * repository: {@code tools/tokenizer/check_real.sh FOLDER} runs it on each {@code tokenizer.json}
 * below a folder, and prints a table.
 */
@DisplayName("Published tokenizers encode texts in their places")
@EnabledIfSystemProperty(named = RealTokenizersTest.FOLDER, matches = ".+")
class RealTokenizersTest {
  static final String FOLDER = "gdpo.tokenizers";

  private static final List<String> OPTIONS =
      List.of(
          "Agree",
          "Disagree (a bit)",
          "Both (VOL)",
          "No opinion.",
          "Don't know",
          "a > b",
          "\"Yes\"",
          "10",
          "",
          "sehr schön",
          "很好 🙂",
          "think",
          "|im_end|");

  private static final List<String> WORDS =
      List.of(
          "Yes, they do.",
          "\"No\"",
          "<b>yes",
          "...",
          "> 3",
          " Of course",
          "\nyes",
          "\n\nyes",
          "5 of 6",
          "(well)",
          "é",
          "很好",
          "🙂 fine",
          "=> so",
          "-- no",
          "");

  @Test
  void so_they_do() throws IOException {
    List<Path> files;
    try (Stream<Path> below = Files.walk(Path.of(System.getProperty(FOLDER)))) {
      files = below.filter(file -> file.endsWith("tokenizer.json")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    System.out.println(
        "| tokenizer | kind | in front of a text alone | merges of `>` | BOS | digits alone / in place | both sides begin alike, before | now |");
    System.out.println("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Path file : files) {
      try (Tokenizer tokenizer = Tokenizer.load(file)) {
        TokensInPlaceTest.holds(tokenizer, OPTIONS, WORDS);
        try (HuggingFaceTokenizer places = HuggingFaceTokenizer.newInstance(file)) {
          System.out.println(row(file, tokenizer, places));
        }
      }
    }
  }

  private static String row(Path file, Tokenizer tokenizer, HuggingFaceTokenizer places)
      throws IOException {
    JsonNode model = new ObjectMapper().readTree(Files.readAllBytes(file)).path("model");
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, 4096, 2048);
    long[] alone = tokenizer.encode("5");
    long five = encoder.beliefTokenIds()[5];
    String front =
        alone.length == 1 && alone[0] == five
            ? "nothing"
            : alone.length == 1 ? "a blank, merged" : "a blank";
    int pairs = OPTIONS.size() * WORDS.size();
    return "| %s | %s, %,d | %s | %s | %s | %s / yes | %s | %d of %d |"
        .formatted(
            Path.of(System.getProperty(FOLDER)).relativize(file).getName(0),
            model.path("byte_fallback").asBoolean() ? "BPE of pieces and bytes" : "byte-level BPE",
            tokenizer.vocabularySize(),
            front,
            merges(places),
            encoder.bos().orElse("none"),
            digitsAlone(tokenizer) ? "yes" : "no",
            digitsAlone(tokenizer) ? alikeAsOneText(places) + " of " + pairs : "refused",
            alike(encoder),
            pairs);
  }

  /** How a response would be that is encoded as one text. */
  private static boolean digitsAlone(Tokenizer tokenizer) {
    return IntStream.range(0, 6)
        .allMatch(b -> tokenizer.tokenId("" + b).orElse(-1) == tokenizer.encode(b + "<Agree>")[0]);
  }

  private static long alikeAsOneText(HuggingFaceTokenizer tokenizer) {
    return pairs(
        (option, said, other) -> {
          Encoding chosen = tokenizer.encode("4<" + option + ">" + said, false, false);
          Encoding rejected = tokenizer.encode("4<" + option + ">" + other, false, false);
          int close = ("4<" + option).codePointCount(0, 2 + option.length());
          int at = tokenAt(chosen, close);
          return at == tokenAt(rejected, close)
              && chosen.getIds()[at] == rejected.getIds()[at]
              && chosen.getCharTokenSpans()[at].getStart() == close
              && chosen.getCharTokenSpans()[at].getEnd() == close + 1;
        });
  }

  private static long alike(ExampleEncoder encoder) {
    return pairs(
        (option, said, other) -> {
          EncodedExample encoded =
              encoder.encode(
                  io.gdpo.contracts.data.PreferenceExample.ofOpinion(
                      "q",
                      "s",
                      "Q?",
                      "",
                      List.of(option),
                      4,
                      option,
                      said,
                      2,
                      "No",
                      other,
                      List.of(0.0, 0.0, 0.5, 0.0, 0.5, 0.0),
                      true));
          int words = encoded.belief().words();
          return java.util.Arrays.equals(
              encoded.chosen(), 0, words, encoded.rejectedUnderBelief(), 0, words);
        });
  }

  private interface Pair {
    boolean test(String option, String said, String other);
  }

  private static long pairs(Pair pair) {
    return OPTIONS.stream()
        .mapToLong(
            option ->
                IntStream.range(0, WORDS.size())
                    .filter(i -> pair.test(option, WORDS.get(i), WORDS.get((i + 1) % WORDS.size())))
                    .count())
        .sum();
  }

  /**
   * @param offset in code points
   */
  private static int tokenAt(Encoding tokens, int offset) {
    CharSpan[] spans = tokens.getCharTokenSpans();
    return IntStream.range(0, spans.length)
        .filter(i -> spans[i].getStart() <= offset && offset < spans[i].getEnd())
        .findFirst()
        .orElse(-1);
  }

  private static String merges(HuggingFaceTokenizer tokenizer) {
    StringBuilder merged = new StringBuilder();
    for (String pair : List.of(")>", ".>", "e>", ">\"", "><", ">.", ">(", ">Sure", ">é")) {
      Encoding tokens = tokenizer.encode("4" + pair, false, false);
      int at = tokenAt(tokens, 1 + pair.indexOf('>'));
      CharSpan[] spans = tokens.getCharTokenSpans();
      if (at >= 0 && spans[at].getEnd() - spans[at].getStart() > 1) {
        merged.append(merged.isEmpty() ? "`" : ", `").append(pair).append('`');
      }
    }
    return merged.isEmpty() ? "none" : merged.toString();
  }
}
