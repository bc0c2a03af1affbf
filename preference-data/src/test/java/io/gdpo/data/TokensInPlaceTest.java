package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for tokenizers of every kind; {@code tools/tokenizer/make_kinds.py} made these. */
@DisplayName("Texts are encoded in their places")
class TokensInPlaceTest {
  private static final Path KINDS = Path.of("src/test/resources/io/gdpo/data/tokenizers");

  /** Options whose last sign, and words whose first, the tokenizers merge with a {@code >}. */
  private static final List<String> OPTIONS =
      List.of("Agree", "Disagree (a bit)", "No opinion.", "a > b", "", " ", "12", "s", "schön 🙂");

  private static final List<String> WORDS =
      List.of(
          "Yes, they do.", "\"No\"", "<b>yes", ". . .", ">", " Of course", "\nyes", "5", "", "é");

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "byte-level",
        "byte-level-letters",
        "bos-template",
        "prefix-space",
        "dummy-blank",
        "metaspace",
        "metaspace-always"
      })
  void so_both_sides_have_the_same_belief_and_no_token_spans_two_pieces(String kind)
      throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind))) {
      holds(tokenizer, OPTIONS, WORDS);
    }
  }

  /** Every property, on all pairs of these options and words. */
  static void holds(Tokenizer tokenizer, List<String> options, List<String> words) {
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, 4096, 2048);
    for (String option : options) {
      for (int i = 0; i < words.size(); i++) {
        holds(tokenizer, encoder, option, words.get(i), words.get((i + 1) % words.size()));
      }
    }
  }

  private static void holds(
      Tokenizer tokenizer, ExampleEncoder encoder, String option, String said, String other) {
    PreferenceExample example =
        PreferenceExample.ofOpinion(
            "q",
            "s",
            "What of it?",
            "",
            List.of(option),
            4,
            option,
            said,
            2,
            "No (x)",
            other,
            List.of(0.0, 0.0, 0.5, 0.0, 0.5, 0.0),
            true);

    EncodedExample encoded = encoder.encode(example);

    String stated = option.isEmpty() ? "4" : "4<" + option + ">";
    BeliefTokens belief = encoded.belief();
    long[] chosen = encoded.chosen();
    assertThat(chosen[0]).isEqualTo(encoder.beliefTokenIds()[4]);
    assertThat(encoded.rejected()[0]).isEqualTo(encoder.beliefTokenIds()[2]);
    assertThat(encoded.rejectedUnderBelief()).startsWith(Arrays.copyOf(chosen, belief.words()));
    assertThat(tokenizer.decode(Arrays.copyOfRange(chosen, belief.close(), belief.words())))
        .isEqualTo(option.isEmpty() ? "" : ">");
    // Whoever joins the pieces reads the text, and no blank in front of any of them.
    assertThat(decoded(tokenizer, encoded, chosen)).isEqualTo("<Q>What of it?<A>" + stated + said);
    assertThat(decoded(tokenizer, encoded, encoded.rejected()))
        .isEqualTo("<Q>What of it?<A>2<No (x)>" + other);
    assertThat(decoded(tokenizer, encoded, encoded.rejectedUnderBelief()))
        .isEqualTo("<Q>What of it?<A>" + stated + other);
    // A model that samples these tokens is read as it was taught.
    ParsedResponse read =
        OpinionTemplate.parse(
            tokenizer.decode(Arrays.copyOf(chosen, chosen.length - 1)), List.of(option));
    assertThat(read.belief()).hasValue(4);
    assertThat(read.option()).isEqualTo(option);
    assertThat(read.response()).isEqualTo(said);
  }

  private static String decoded(Tokenizer tokenizer, EncodedExample encoded, long[] response) {
    long[] prompt = encoded.prompt();
    long[] all =
        TextEncoder.joined(
            Arrays.copyOfRange(prompt, tokenizer.bos().length, prompt.length),
            Arrays.copyOf(response, response.length - 1));
    assertThat(response[response.length - 1]).isEqualTo(tokenizer.eosTokenId());
    return tokenizer.decode(all).stripLeading(); // a prompt's beginning may have its blank
  }

  @ParameterizedTest
  @CsvSource({
    "bos-template, <|begin_of_text|>",
    "dummy-blank, <s>",
    "metaspace, <s>",
    "metaspace-always, <s>"
  })
  void a_prompt_begins_with_the_tokenizers_BOS_also_where_it_is_cut(String kind, String bos)
      throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind))) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 64, 8);
      PreferenceExample example = Examples.example("x".repeat(100), "", "Agree", "Yes.");

      assertThat(encoder.bos()).hasValueSatisfying(it -> assertThat(it).startsWith(bos + " (id "));
      for (long[] prompt :
          List.of(encoder.encodePrompt(example), encoder.encode(example).prompt())) {
        assertThat(prompt).hasSize(8).startsWith(tokenizer.bos());
        assertThat(LongStream.of(prompt).filter(id -> id == prompt[0])).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"byte-level", "byte-level-letters", "prefix-space"})
  void a_tokenizer_without_BOS_puts_nothing_in_front(String kind) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind))) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 64, 32);

      assertThat(encoder.bos()).isEmpty();
      assertThat(encoder.encodePrompt(Examples.BUSES))
          .isEqualTo(tokenizer.encode(OpinionTemplate.prompt(Examples.BUSES)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bos-template", "dummy-blank", "metaspace", "byte-level"})
  void without_its_BOS_a_tokenizer_gives_the_same_tokens_but_that_one(String kind)
      throws IOException {
    Tokenizer.copyWithoutBos(KINDS.resolve(kind), folder);
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind));
        Tokenizer without = Tokenizer.load(folder)) {
      long[] bos = tokenizer.bos();
      EncodedExample expected = new ExampleEncoder(tokenizer, 512, 256).encode(Examples.BUSES);
      EncodedExample encoded = new ExampleEncoder(without, 512, 256).encode(Examples.BUSES);

      assertThat(without.bos()).isEmpty();
      assertThat(without.eosTokenId()).isEqualTo(tokenizer.eosTokenId());
      assertThat(TextEncoder.joined(bos, encoded.prompt())).isEqualTo(expected.prompt());
      assertThat(encoded.chosen()).isEqualTo(expected.chosen());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "byte-level-letters, <|im_start|>",
    "bos-template, <|begin_of_text|>",
    "dummy-blank, <s>",
    "metaspace, <unk>"
  })
  void the_text_of_a_special_token_inside_the_data_stays_text(String kind, String special)
      throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve(kind))) {
      long id = tokenizer.encode(special)[tokenizer.encode(special).length - 1];
      String text = "a" + special + special + "b";
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 512, 256);

      EncodedExample encoded = encoder.encode(Examples.example(text, special, text, text));

      assertThat(tokenizer.decode(encoded.chosen())).startsWith("4<" + text + ">" + text);
      assertThat(encoded.chosen()).doesNotContain(id);
      assertThat(Arrays.copyOfRange(encoded.prompt(), 1, encoded.prompt().length))
          .doesNotContain(id);
      assertThat(tokenizer.decode(encoded.prompt())).contains(text + "<A>");
    }
  }

  @Test
  void an_option_that_would_complete_a_special_token_is_an_option() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(KINDS.resolve("dummy-blank"))) {
      EncodedExample encoded =
          new ExampleEncoder(tokenizer, 512, 256).encode(Examples.example("Q?", "", "/s", "Yes."));

      assertThat(tokenizer.decode(encoded.chosen())).isEqualTo("4</s>Yes.</s>");
      assertThat(LongStream.of(encoded.chosen()).filter(id -> id == tokenizer.eosTokenId()))
          .hasSize(1);
    }
  }
}
