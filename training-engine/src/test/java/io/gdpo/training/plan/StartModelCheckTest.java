package io.gdpo.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.Boundary;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.ModelHub;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartModelCheckTest {
  private static final int TOKENS = 512;

  @TempDir Path folder;
  private Path model;
  private Path tokenizer;

  @BeforeEach
  void save() throws IOException {
    tokenizer = SmallGroup.in(folder.resolve("group")).tokenizer();
    model = folder.resolve("model");
    ModelConfig config = ModelConfig.gpt2(TOKENS, 96, 16, 2, 2);
    try (CausalLanguageModel fresh = CausalLanguageModel.random(config, 1, Device.cpu())) {
      fresh.save(model, tokenizer);
    }
  }

  private String problems(Map<String, String> environment, String modelJson, String training)
      throws IOException {
    ExperimentSpec spec =
        Json.SPECS.readValue(
            """
            {"name": "x", "dataset": {"examples": "e"}, "model": %s,
             "stages": [{"name": "sft", "training": {"loss": "sft"%s}}]}"""
                .formatted(modelJson, training),
            ExperimentSpec.class);
    assertThat(spec.problems()).isEmpty();
    return new StartModelCheck(environment)
        .look(spec).problems().stream().map(SpecProblem::toString).toList().toString();
  }

  private String ofFolder(Path path) throws IOException {
    return problems(Map.of(), "\"" + path + "\"", "");
  }

  private void config(Consumer<ObjectNode> change) throws IOException {
    change(model.resolve("config.json"), change);
  }

  private static void change(Path file, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) Json.EVENTS.readTree(file.toFile());
    change.accept(json);
    Files.writeString(file, json.toString());
  }

  @Test
  void a_model_in_another_store_is_looked_at_without_its_weights() throws IOException {
    ArtifactStore store = Artifacts.at(URI.create("memory://" + UUID.randomUUID()));
    for (String file : List.of("config.json", "tokenizer.json")) {
      store.write("models/small/" + file, model.resolve(file));
    }
    String address = "\"" + store.uri("models/small") + "\"";

    assertThat(problems(Map.of(), address, "")).isEqualTo("[]");
    assertThat(problems(Map.of(), address, ", \"max_length\": 97")).contains("96 positions");
    assertThat(problems(Map.of(), "\"" + store.uri("models/none") + "\"", ""))
        .contains("model.path")
        .contains(store.uri("models/none/config.json").toString());
    assertThat(
            problems(
                Map.of(),
                "{\"init\": {\"tokenizer\": \"" + store.uri("models/small/tokenizer.json") + "\"}}",
                ""))
        .isEqualTo("[]");
  }

  @Test
  void a_model_outside_of_what_may_be_read_is_refused_before_it_is_looked_at() throws IOException {
    Map<String, String> inside = Map.of(Boundary.VARIABLE, model.toUri().toString());
    Map<String, String> outside = Map.of(Boundary.VARIABLE, "memory://store/");

    assertThat(problems(inside, "\"" + model + "\"", "")).isEqualTo("[]");
    assertThat(problems(outside, "\"" + model + "\"", ""))
        .startsWith("[model.path: ")
        .contains("outside of what may be read here");
    assertThat(problems(inside, "{\"init\": {\"tokenizer\": \"/etc/passwd\"}}", ""))
        .startsWith("[model.init.tokenizer: ")
        .contains("outside of what may be read here");
  }

  @Test
  void what_can_be_trained_has_no_problem() throws IOException {
    assertThat(ofFolder(model)).isEqualTo("[]");
    assertThat(problems(Map.of(), "\"" + model.toUri() + "\"", ", \"lora\": {}")).isEqualTo("[]");
    assertThat(problems(Map.of(), "{\"init\": {\"tokenizer\": \"" + tokenizer + "\"}}", ""))
        .isEqualTo("[]");
    assertThat(problems(Map.of(), "{\"path\": \"s3://bucket/model\"}", "")).isEqualTo("[]");
  }

  @Test
  void a_config_of_another_family_or_of_quantised_weights_is_refused() throws IOException {
    config(json -> json.put("model_type", "gemma3_text"));
    assertThat(ofFolder(model)).startsWith("[model.path: ").contains("config.json", "gemma3_text");
    config(
        json -> {
          json.put("model_type", "gpt2");
          json.putObject("quantization_config").put("quant_method", "gptq");
        });
    assertThat(ofFolder(model)).contains("quantised (gptq)");
  }

  @Test
  void a_gguf_file_is_refused_with_the_way_to_convert_it() throws IOException {
    Path gguf = Files.writeString(folder.resolve("model-q4.gguf"), "GGUF");
    assertThat(ofFolder(gguf)).contains("is a GGUF file", "gguf_file='model-q4.gguf'");
    Path unnamed = Files.writeString(folder.resolve("weights"), "GGUF and more");
    assertThat(ofFolder(unnamed)).contains("is a GGUF file");
    Path holder = Files.createDirectory(folder.resolve("holder"));
    Files.copy(gguf, holder.resolve("model.gguf"));
    assertThat(ofFolder(holder)).contains("gguf_file='model.gguf'");
    assertThat(ofFolder(tokenizer)).contains("is a file; give the folder");
  }

  @Test
  void a_folder_without_readable_weights_is_refused_with_what_it_has_instead() throws IOException {
    Files.delete(model.resolve("model.safetensors"));
    assertThat(ofFolder(model)).contains("neither model.safetensors nor");
    Files.writeString(model.resolve("pytorch_model.bin"), "pickle");
    assertThat(ofFolder(model)).contains("pytorch_model.bin is a pickle", "save_pretrained");
    assertThat(ofFolder(folder.resolve("gone"))).contains("gone is not there");
  }

  @Test
  void an_end_of_text_that_the_model_does_not_embed_is_refused() throws IOException {
    config(json -> json.put("eos_token_id", TOKENS + 7));
    assertThat(ofFolder(model))
        .contains("eos_token_id " + (TOKENS + 7), "one of the " + TOKENS + " tokens");
  }

  @Test
  void a_tokenizer_that_cannot_be_used_is_refused() throws IOException {
    Path json = model.resolve("tokenizer.json");
    String working = Files.readString(json);
    Files.delete(json);
    assertThat(ofFolder(model)).contains("tokenizer.json", "save_pretrained");
    Files.writeString(json, "{");
    assertThat(ofFolder(model)).contains("is not JSON");
    Files.writeString(json, "{\"model\": {\"type\": \"Unigram\", \"vocab\": [[\"a\", 0]]}}");
    assertThat(ofFolder(model)).contains("no model.vocab object");
    Files.writeString(json, working);
    change(
        json,
        root -> {
          JsonNode ids = root.path("model").path("vocab");
          assertThat(ids.has("1")).isTrue();
          ((ArrayNode) root.withArray("added_tokens"))
              .addObject()
              .put("id", TOKENS + 100)
              .put("content", "<|more|>")
              .put("single_word", false)
              .put("lstrip", false)
              .put("rstrip", false)
              .put("normalized", false)
              .put("special", true);
        });
    assertThat(ofFolder(model)).contains("but the model embeds " + TOKENS);
    String init = "{\"init\": {\"tokenizer\": \"" + folder.resolve("gone.json") + "\"}}";
    assertThat(problems(Map.of(), init, "")).contains("model.init.tokenizer: ", "gone.json");
  }

  @Test
  void json_that_is_too_large_for_a_service_is_left_to_the_job() throws IOException {
    try (RandomAccessFile file =
        new RandomAccessFile(model.resolve("tokenizer.json").toFile(), "rw")) {
      file.setLength(30L << 20);
    }
    assertThat(ofFolder(model)).isEqualTo("[]");
  }

  @Test
  void what_a_stage_asks_and_the_model_has_not_is_told_with_the_stages_field() throws IOException {
    String path = "\"" + model + "\"";
    assertThat(problems(Map.of(), path, ", \"lora\": {\"target_modules\": [\"q_proj\"]}"))
        .contains("stages[0].training.lora.target_modules: ", "matches nothing", "attn.c_attn");
    assertThat(problems(Map.of(), path, ", \"max_length\": 97"))
        .contains("stages[0].training.max_length: must be at most the model's 96 positions");
  }

  @Test
  void a_model_of_the_hub_is_known_by_its_small_files() throws IOException {
    config(json -> json.put("model_type", "phi3"));
    try (ModelHub hub = new ModelHub(model, "a".repeat(40))) {
      Map<String, String> environment =
          Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HUB_CACHE", folder.resolve("hub").toString());
      assertThat(problems(environment, "\"group/model\"", ""))
          .startsWith("[model.hub: ")
          .contains("model_type \"phi3\"");
      assertThat(folder.resolve("hub/models--group--model/snapshots/" + "a".repeat(40)))
          .isDirectoryNotContaining("glob:**/model.safetensors");
      assertThat(problems(environment, "\"group/absent\"", "")).contains("no such repository");
      Files.move(model.resolve("model.safetensors"), model.resolve("pytorch_model.bin"));
      hub.move("b".repeat(40));
      assertThat(problems(environment, "\"group/model\"", "")).contains("pickles only");
    }
  }

  @Test
  void a_hub_that_cannot_be_reached_is_no_problem_of_the_model() throws IOException {
    String cache = folder.resolve("hub").toString();
    assertThat(
            problems(
                Map.of("HF_ENDPOINT", "http://127.0.0.1:1", "HF_HUB_CACHE", cache),
                "\"group/model\"",
                ""))
        .isEqualTo("[]");
    assertThat(
            problems(Map.of("HF_HUB_OFFLINE", "1", "HF_HUB_CACHE", cache), "\"group/model\"", ""))
        .isEqualTo("[]");
  }
}
