package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What goes with a model into the folders that are saved of it. */
class SideFilesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> AS_THEY_ARE =
      List.of(
          "chat_template.jinja",
          "chat_template.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model");

  @TempDir private Path temporary;
  private Path start;
  private long five;

  @BeforeEach
  void write() throws IOException {
    start = Files.createDirectory(temporary.resolve("start"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(Golden.folder().resolve(name), start.resolve(name));
    }
    try (Tokenizer tokenizer = Tokenizer.load(start)) {
      five = tokenizer.tokenId("5").orElseThrow();
    }
  }

  private void write(String name, String content) throws IOException {
    Files.writeString(start.resolve(name), content);
  }

  private JsonNode json(Path folder, String name) throws IOException {
    return JSON.readTree(Files.readString(folder.resolve(name)));
  }

  /** The start as it is saved whole, as an adapter, and as what is saved of the adapter. */
  private List<Path> saved() throws IOException {
    List<Path> folders =
        List.of(
            temporary.resolve("whole"), temporary.resolve("adapter"), temporary.resolve("again"));
    try (CausalLanguageModel model = CausalLanguageModel.load(start, Device.cpu())) {
      model.save(folders.get(0), start);
      model.adapt(new LoraConfig(2, 4, Optional.empty()), 1);
      model.saveAdapter(folders.get(1), start, folders.get(0));
    }
    try (CausalLanguageModel model = CausalLanguageModel.load(folders.get(1), Device.cpu())) {
      model.save(folders.get(2), folders.get(1));
    }
    return folders;
  }

  @Test
  void files_that_belong_to_the_model_go_along_unchanged() throws IOException {
    for (String name : AS_THEY_ARE) {
      write(name, name + " {{ messages }}");
    }
    String settings = "{\"eos_token\":  \"5\", \"chat_template\": \"{{ bos_token }}\"}";
    write("tokenizer_config.json", settings);
    write("special_tokens_map.json", "{\"eos_token\":{\"content\":\"5\"},\"pad_token\":\"6\"}");
    write("generation_config.json", "{\"eos_token_id\": [" + five + ", 0],  \"top_p\": 0.8}");
    write("README.md", "stays where it is");

    for (Path folder : saved()) {
      for (String name : AS_THEY_ARE) {
        assertThat(folder.resolve(name)).hasContent(name + " {{ messages }}");
      }
      for (String name :
          List.of("tokenizer_config.json", "special_tokens_map.json", "generation_config.json")) {
        assertThat(folder.resolve(name)).hasSameBinaryContentAs(start.resolve(name));
      }
      assertThat(folder.resolve("README.md")).doesNotExist();
    }
  }

  @Test
  void every_saved_file_names_the_end_that_the_tokenizer_has() throws IOException {
    write("tokenizer_config.json", "{\"eos_token\": \"5\"}");
    write("special_tokens_map.json", "{\"eos_token\": {\"content\": \"6\", \"lstrip\": true}}");
    write("generation_config.json", "{\"eos_token_id\": 0, \"temperature\": 0.7}");

    for (Path folder : saved()) {
      assertThat(json(folder, "special_tokens_map.json").path("eos_token"))
          .isEqualTo(JSON.readTree("{\"content\": \"5\", \"lstrip\": true}"));
      assertThat(json(folder, "generation_config.json"))
          .hasToString("{\"eos_token_id\":" + five + ",\"temperature\":0.7}");
      if (!folder.endsWith("adapter")) {
        assertThat(json(folder, "config.json").path("eos_token_id").asLong()).isEqualTo(five);
      }
      assertEndsWithFive(folder);
    }
  }

  @Test
  void an_end_that_only_the_config_names_stays_the_end_of_an_adapter_which_has_none()
      throws IOException {
    ObjectNode config = (ObjectNode) json(start, "config.json");
    write("config.json", config.put("eos_token_id", five).toString());

    for (Path folder : saved()) {
      assertThat(json(folder, "tokenizer_config.json").path("eos_token").asText()).isEqualTo("5");
      assertEndsWithFive(folder);
    }
  }

  @Test
  void a_model_without_a_generation_config_gets_the_one_that_transformers_makes()
      throws IOException {
    ObjectNode config = (ObjectNode) json(start, "config.json");
    write("config.json", config.put("bos_token_id", 3).put("pad_token_id", 4).toString());

    for (Path folder : saved()) {
      assertThat(json(folder, "generation_config.json"))
          .isEqualTo(
              JSON.readTree(
                  "{\"_from_model_config\": true, \"bos_token_id\": 3, \"eos_token_id\": 0,"
                      + " \"pad_token_id\": 4}"));
    }
  }

  private void assertEndsWithFive(Path folder) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.eosTokenId()).isEqualTo(five);
    }
    assertThat(json(folder, "generation_config.json").path("eos_token_id").asLong())
        .isEqualTo(five);
  }
}
