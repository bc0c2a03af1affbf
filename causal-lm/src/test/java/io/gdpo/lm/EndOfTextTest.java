package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.folder.EndOfText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndOfTextTest {
  private static final Map<String, Long> VOCABULARY =
      Map.of("<|endoftext|>", 0L, "<|im_end|>", 1L, "</s>", 2L, "a", 3L);

  @TempDir private Path folder;

  private EndOfText end() throws IOException {
    return EndOfText.of(folder.resolve("tokenizer.json"), VOCABULARY);
  }

  private void write(String file, String content) throws IOException {
    Files.writeString(folder.resolve(file), content);
  }

  private static ObjectNode json(String content) throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(content);
  }

  @Test
  void each_file_counts_only_where_those_before_it_name_none() throws IOException {
    assertThat(end().id()).isEqualTo(0);
    write("config.json", "{\"eos_token_id\": [7, 3, 1]}");
    assertThat(end().id()).as("the first that the vocabulary has").isEqualTo(3);
    write("special_tokens_map.json", "{\"eos_token\": {\"content\": \"</s>\"}}");
    assertThat(end().id()).isEqualTo(2);
    write("tokenizer_config.json", "{\"eos_token\": null}");
    assertThat(end().id()).isEqualTo(2);
    write("tokenizer_config.json", "{\"eos_token\": \"<|im_end|>\"}");
    assertThat(end().id()).isEqualTo(1);
  }

  @Test
  void whoever_names_another_is_told_with_what_is_trained() throws IOException {
    write("tokenizer_config.json", "{\"eos_token\": \"<|im_end|>\"}");
    assertThat(end().introduction(json("{\"eos_token_id\": [0, 1]}")))
        .isEqualTo("texts end with <|im_end|> (token 1, eos_token of tokenizer_config.json)");
    assertThat(end().introduction(json("{}"))).doesNotContain("but");

    write("special_tokens_map.json", "{\"eos_token\": \"</s>\"}");
    write("generation_config.json", "{\"eos_token_id\": [0, 900]}");
    assertThat(end().introduction(json("{\"eos_token_id\": 0}")))
        .contains(
            "but special_tokens_map.json says </s>, config.json says 0 (<|endoftext|>),"
                + " generation_config.json says 0 (<|endoftext|>), 900; <|im_end|> is what is"
                + " trained");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{'eos_token_id':1}",
        "{'eos_token_id':null}|{'eos_token_id':1}",
        "{'eos_token_id':0}|{'eos_token_id':1}",
        "{'eos_token_id':1}|{'eos_token_id':1}",
        "{'eos_token_id':[]}|{'eos_token_id':[1]}",
        "{'eos_token_id':[0,2]}|{'eos_token_id':[1,0,2]}",
        "{'eos_token_id':[0,1]}|{'eos_token_id':[1,0]}",
        "{'eos_token_id':[1,0]}|{'eos_token_id':[1,0]}"
      })
  void a_config_names_it_alone_or_before_the_others_of_a_list(String before, String after)
      throws IOException {
    write("tokenizer_config.json", "{\"eos_token\": \"<|im_end|>\"}");
    ObjectNode config = json(before.replace('\'', '"'));

    boolean changed = end().setIdIn(config);

    assertThat(config).hasToString(after.replace('\'', '"'));
    assertThat(changed).isEqualTo(!before.equals(after));
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "{\"text\": \"a\"}", "[\"a\"]", "true"})
  void what_is_no_token_is_refused_with_the_file(String value) throws IOException {
    write("special_tokens_map.json", "{\"eos_token\": " + value + "}");

    assertThatThrownBy(this::end)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("special_tokens_map.json: eos_token must be a token's text");
  }

  @Test
  void a_token_that_the_vocabulary_lacks_is_refused_with_who_names_it() throws IOException {
    write("special_tokens_map.json", "{\"eos_token\": \"<eos>\"}");
    EndOfText end = end();

    assertThatThrownBy(end::id)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("<eos> (eos_token of special_tokens_map.json)")
        .hasMessageContaining("tokenizer_config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "{", "\"<|im_end|>\""})
  void a_file_that_is_no_object_is_refused_by_name(String content) throws IOException {
    write("tokenizer_config.json", content);

    assertThatThrownBy(this::end)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(folder.resolve("tokenizer_config.json").toString());
  }
}
