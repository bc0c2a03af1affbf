package io.gdpo.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExampleEncoderTest {
  private static final PreferenceExample PAIR =
      PreferenceExample.ofPair(
          "\n\nHuman: Is it fine?\n\nAssistant:", "pairs", " Yes, of course.", " 5<No> way", "");

  @TempDir Path folder;

  @Test
  void promptAndResponsesAreTokenisedApartAndEndWithEos() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      EncodedExample encoded = new ExampleEncoder(tokenizer, 512, 256).encode(Examples.BUSES);

      assertThat(tokenizer.decode(encoded.prompt()))
          .isEqualTo("Nice day.<Q>Do buses run often enough?<A>");
      assertThat(tokenizer.decode(encoded.chosen()))
          .isEqualTo("4<Agree>Yes, they do.<|endoftext|>");
      assertThat(tokenizer.decode(encoded.rejected()))
          .isEqualTo("1<Strongly disagree>No, never.<|endoftext|>");
      assertThat(tokenizer.decode(encoded.rejectedUnderBelief()))
          .isEqualTo("4<Agree>No, never.<|endoftext|>");
      assertThat(encoded.promptCut()).isFalse();
      assertThat(encoded.responseCut()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Agree", "more than 5 > 3", "a>b>c", "schön 很好 🙂 5<", "\"quoted\"\nline", ">"})
  void theBeliefSegmentHoldsTheOptionWhateverSignsItHas(String option) throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      PreferenceExample example = Examples.example("Q?", "", option, "b > a <c>");

      EncodedExample encoded = new ExampleEncoder(tokenizer, 512, 256).encode(example);

      BeliefTokens belief = encoded.belief();
      assertThat(
              tokenizer.decode(
                  Arrays.copyOfRange(encoded.chosen(), belief.first(), belief.close())))
          .isEqualTo("4<" + option);
      assertThat(tokenizer.decode(new long[] {encoded.chosen()[belief.close()]})).isEqualTo(">");
      assertThat(encoded.rejectedUnderBelief())
          .startsWith(Arrays.copyOf(encoded.chosen(), belief.words()));
    }
  }

  @Test
  void aReviewsBeliefIsItsRatingAlone() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder, "4 F")) {
      EncodedExample encoded =
          new ExampleEncoder(tokenizer, 512, 256).encode(Examples.example("Q?", "", "", "Fine."));

      assertThat(tokenizer.decode(encoded.chosen())).isEqualTo("4Fine.<|endoftext|>");
      assertThat(tokenizer.decode(encoded.rejectedUnderBelief())).startsWith("4");
      assertThat(encoded.belief()).isEqualTo(new BeliefTokens(0, 1, 1));
    }
  }

  @Test
  void theCloseIsATokenOfItsOwnWhateverTheTokenizerMergesItWith() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder, ") >", "> F", "4 <")) {
      PreferenceExample example = Examples.example("Q?", "", "Both (VOL)", "Fine.");

      EncodedExample encoded = new ExampleEncoder(tokenizer, 512, 256).encode(example);

      assertThat(encoded.belief()).isEqualTo(new BeliefTokens(0, 12, 13));
      assertThat(tokenizer.decode(new long[] {encoded.chosen()[12]})).isEqualTo(">");
      assertThat(tokenizer.decode(Arrays.copyOf(encoded.chosen(), 12))).isEqualTo("4<Both (VOL)");
      assertThat(tokenizer.decode(new long[] {encoded.chosen()[0]})).isEqualTo("4");
    }
  }

  @Test
  void theBeliefDigitsAreSingleTokens() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      assertThat(new ExampleEncoder(tokenizer, 512, 256).beliefTokenIds())
          .containsExactly(1 + '0', 1 + '1', 1 + '2', 1 + '3', 1 + '4', 1 + '5');
    }
  }

  @Test
  void a_pair_without_beliefs_is_its_prompt_and_its_responses() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 512, 256);

      EncodedExample tokens = encoder.encode(PAIR);

      assertThat(tokenizer.decode(tokens.prompt())).isEqualTo(PAIR.prompt());
      assertThat(tokens.chosen()).endsWith(encoder.eosTokenId());
      assertThat(tokenizer.decode(tokens.chosen())).startsWith(" Yes, of course.");
      assertThat(tokenizer.decode(tokens.rejected())).startsWith(" 5<No>");
      assertThat(tokens.rejectedUnderBelief()).isEqualTo(tokens.rejected());
      assertThat(tokens.belief()).isEqualTo(new BeliefTokens(0, 0, 0));
    }
  }

  @Test
  void of_a_dialogue_that_is_too_long_the_end_is_kept() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      long[] whole = new ExampleEncoder(tokenizer, 512, 256).encodePrompt(PAIR);
      EncodedExample cut = new ExampleEncoder(tokenizer, 20, 12).encode(PAIR);

      assertThat(cut.prompt())
          .isEqualTo(Arrays.copyOfRange(whole, whole.length - 12, whole.length));
      assertThat(cut.promptCut()).isTrue();
      assertThat(cut.chosen()).hasSizeLessThanOrEqualTo(8);
    }
  }

  @Test
  void aBeliefDigitThatIsNotOneTokenIsNamed() throws IOException {
    ByteTokenizer.withMerges(folder).close();
    Path file = folder.resolve("tokenizer.json");
    String twice =
        "\"normalizer\":{\"type\":\"Replace\",\"pattern\":{\"String\":\"3\"},\"content\":\"33\"}";
    Files.writeString(file, Files.readString(file).replace("\"normalizer\":null", twice));
    try (Tokenizer tokenizer = Tokenizer.load(file)) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 512, 256);
      assertThatThrownBy(() -> encoder.encode(Examples.BUSES))
          .isInstanceOf(PreferenceDataException.class)
          .hasMessageContaining("belief digit 3 is not one token");
      assertThatThrownBy(encoder::beliefTokenIds).isInstanceOf(PreferenceDataException.class);
      assertThat(encoder.encode(PAIR).chosen()).as("a pair tells no belief").isNotEmpty();
    }
  }

  @Test
  void theEosTextInsideTheDataIsLeftOut() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      PreferenceExample example =
          Examples.example(
              "Q<|endoftext|>?", "", "A<|endoftext|>gree", "Yes<|endoftext|>, they do.");

      EncodedExample encoded = new ExampleEncoder(tokenizer, 512, 256).encode(example);

      assertThat(tokenizer.decode(encoded.prompt())).isEqualTo("<Q>Q?<A>");
      assertThat(tokenizer.decode(encoded.chosen()))
          .isEqualTo("4<Agree>Yes, they do.<|endoftext|>");
      assertThat(tokenizer.decode(new long[] {encoded.chosen()[encoded.belief().close()]}))
          .isEqualTo(">");
    }
  }

  @Test
  void aLongPromptLosesItsEndAndNothingElse() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      PreferenceExample example = Examples.example("x".repeat(100), "", "Agree", "Yes.");

      EncodedExample encoded = new ExampleEncoder(tokenizer, 80, 40).encode(example);

      assertThat(tokenizer.decode(encoded.prompt())).isEqualTo("<Q>" + "x".repeat(37));
      assertThat(tokenizer.decode(encoded.chosen())).isEqualTo("4<Agree>Yes.<|endoftext|>");
      assertThat(encoded.promptCut()).isTrue();
      assertThat(encoded.responseCut()).isFalse();
    }
  }

  @Test
  void aLongResponseIsCutAfterThePrompt() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      PreferenceExample example = Examples.example("x".repeat(100), "", "Agree", "y".repeat(100));

      EncodedExample encoded = new ExampleEncoder(tokenizer, 80, 50).encode(example);

      assertThat(encoded.prompt()).hasSize(50);
      assertThat(tokenizer.decode(encoded.chosen())).isEqualTo("4<Agree>" + "y".repeat(22));
      assertThat(encoded.promptCut()).isTrue();
      assertThat(encoded.responseCut()).isTrue();
    }
  }

  @Test
  void aPromptAloneIsWhatTheExampleBeginsWith() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 512, 256);

      assertThat(encoder.encodePrompt(Examples.BUSES))
          .isEqualTo(encoder.encode(Examples.BUSES).prompt());
    }
  }

  @Test
  void aBeliefThatWouldBeCutIsRefusedWithTheNumbers() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      PreferenceExample example = Examples.example("x".repeat(100), "", "o".repeat(60), "Yes.");

      assertThatThrownBy(() -> new ExampleEncoder(tokenizer, 80, 50).encode(example))
          .isInstanceOf(PreferenceDataException.class)
          .hasMessageContaining("question 'q-1'")
          .hasMessageContaining("needs 63 tokens")
          .hasMessageContaining("leaves 30");
    }
  }

  @Test
  void lengthsThatLeaveNoRoomAreRefused() throws IOException {
    try (Tokenizer tokenizer = ByteTokenizer.withMerges(folder)) {
      assertThatThrownBy(() -> new ExampleEncoder(tokenizer, 64, 64))
          .isInstanceOf(PreferenceDataException.class)
          .hasMessageContaining("max_prompt_length");
    }
  }
}
