package io.gdpo.lm.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenizerTest {
  private Tokenizer tokenizer;

  @BeforeEach
  void load() throws IOException {
    tokenizer = Tokenizer.load(Golden.folder());
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @Test
  void ids_and_decoded_texts_equal_those_of_hugging_face() {
    requireEqual(tokenizer, Golden.expected().get("texts"));
  }

  /**
   * Made by {@code tools/golden/make_families.py}; each adds special tokens when it is asked to.
   */
  @ParameterizedTest
  @ValueSource(strings = {"llama3", "metaspace", "qwen2", "sentencepiece-like"})
  void so_they_do_for_every_kind_of_tokenizer(String kind) throws IOException {
    Path folder = Golden.resource("tokenizers/" + kind + "/tokenizer.json").getParent();
    JsonNode expected =
        new ObjectMapper().readTree(Files.readString(folder.resolve("expected.json")));
    try (Tokenizer other = Tokenizer.load(folder)) {
      requireEqual(other, expected.get("texts"));
      assertThat(other.vocabularySize()).isEqualTo(expected.get("vocabulary_size").asInt());
      assertThat(other.eosTokenId()).isEqualTo(expected.get("eos_token_id").asLong());
    }
  }

  private static void requireEqual(Tokenizer tokenizer, JsonNode texts) {
    for (JsonNode expected : texts) {
      String text = expected.get("text").asText();
      long[] ids = tokenizer.encode(text);
      assertThat(ids).as(text).containsExactly(Golden.longs(expected.get("ids")));
      assertThat(tokenizer.decode(ids)).isEqualTo(expected.get("decoded").asText());
    }
  }

  @Test
  void one_that_is_closed_is_refused() {
    assertThatThrownBy(
            () -> {
              try (Tokenizer closed = Tokenizer.load(Golden.folder())) {
                closed.close();
                closed.encode("parks");
              }
            })
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void the_vocabulary_and_its_end_of_sequence_are_known() {
    assertThat(tokenizer.vocabularySize())
        .isEqualTo(Golden.expected().get("vocabulary_size").asInt());
    assertThat(tokenizer.decode(new long[] {tokenizer.eosTokenId()})).isEqualTo("<|endoftext|>");
  }

  @Test
  void a_text_of_one_token_has_an_id_and_a_longer_one_has_none() {
    long five = tokenizer.tokenId("5").orElseThrow();
    assertThat(tokenizer.decode(new long[] {five})).isEqualTo("5");
    assertThat(tokenizer.tokenId("55")).isEqualTo(OptionalLong.empty());
    assertThat(tokenizer.tokenId("")).isEmpty();
  }

  @Test
  void a_tokenizer_config_beside_it_names_the_end_of_sequence(@TempDir Path folder)
      throws IOException {
    Files.copy(Golden.folder().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    Files.writeString(
        folder.resolve("tokenizer_config.json"), "{\"eos_token\": {\"content\": \"5\"}}");
    try (Tokenizer configured = Tokenizer.load(folder.resolve("tokenizer.json"))) {
      assertThat(configured.eosTokenId()).isEqualTo(tokenizer.tokenId("5").orElseThrow());
    }
  }
}
