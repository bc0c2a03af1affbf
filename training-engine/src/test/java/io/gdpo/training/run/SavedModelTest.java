package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.sampling.Sampler;
import io.gdpo.lm.sampling.SamplingSpec;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.memory.AvailableMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a job saves: it stops where it was trained to stop, and it can be moved. */
class SavedModelTest {
  private static final String END = "<|im_end|>";
  private static final long BASE_END = 0;
  private static final long TRAINED_END = 257;
  private static final int LONGEST = 60;

  @TempDir private Path temporary;
  private SmallGroup group;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
  }

  /** A base model, whose files name one end, with the tokenizer of its chat, which has another. */
  private static Path chatTokenizerOnABase(SmallGroup group) throws IOException {
    Path folder = Files.createDirectories(group.folder().resolve("start"));
    ModelConfig config = ModelConfig.gpt2(258, 96, 32, 2, 2).withEosTokenId(BASE_END);
    try (CausalLanguageModel model = CausalLanguageModel.random(config, 7, Device.cpu())) {
      model.save(folder, group.tokenizer());
    }
    ObjectNode tokenizer = (ObjectNode) Json.EVENTS.readTree(group.tokenizer().toFile());
    ArrayNode added = (ArrayNode) tokenizer.path("added_tokens");
    added.add(((ObjectNode) added.get(0).deepCopy()).put("id", TRAINED_END).put("content", END));
    write(folder, "tokenizer.json", tokenizer.toString());
    write(folder, "tokenizer_config.json", "{\"eos_token\": \"" + END + "\"}");
    write(folder, "generation_config.json", "{\"eos_token_id\": 0, \"top_p\": 0.9}");
    write(folder, "chat_template.jinja", "{% for message in messages %}{% endfor %}");
    return folder;
  }

  private static void write(Path folder, String name, String content) throws IOException {
    Files.writeString(folder.resolve(name), content);
  }

  /**
   * The jobs' folders stay: {@code tools/golden/check_saved.py} shows that transformers and PEFT
   * stop there too.
   */
  @Test
  void what_is_saved_names_the_end_that_was_trained_and_stops_there() throws IOException {
    Path kept = Path.of("target", "saved").toAbsolutePath();
    AtomicFiles.delete(kept);
    SmallGroup group = SmallGroup.in(kept);
    Path start = chatTokenizerOnABase(group);
    TrainingJob whole =
        group.job("whole", Map.of("loss", "sft", "epochs", 24), ModelSpec.named(start.toString()));
    train(group, whole, () -> false);
    Path parent = group.folder(whole).best();
    TrainingJob updates =
        group.child(
            "updates", parent, Map.of("loss", "sft", "lora", Map.of("rank", 2), "epochs", 1));
    train(group, updates, () -> false);
    TrainingJob merged =
        group.child(
            "merged",
            group.folder(updates).best(),
            Map.of("loss", "gdpo", "lora", Map.of("rank", 2, "merge", true), "epochs", 1));
    train(group, merged, () -> false);

    assertThat(firstLine())
        .isEqualTo(
            "texts end with <|im_end|> (token 257, eos_token of tokenizer_config.json), but"
                + " config.json says 0 (<|endoftext|>), generation_config.json says 0"
                + " (<|endoftext|>); <|im_end|> is what is trained, and what the saved model's"
                + " files will name");
    assertThat(console.toString(StandardCharsets.UTF_8).lines().filter(l -> l.contains(", but")))
        .as("what was saved is at one with itself")
        .hasSize(1);
    for (TrainingJob job : List.of(whole, updates, merged)) {
      for (Path folder : List.of(group.folder(job).best(), group.folder(job).last())) {
        assertNamesTheTrainedEnd(folder);
        assertStops(folder);
      }
      try (Stream<Path> checkpoints = Files.list(group.folder(job).checkpoints())) {
        for (Path checkpoint : checkpoints.toList()) {
          assertNamesTheTrainedEnd(checkpoint);
        }
      }
    }
  }

  private String firstLine() {
    return console.toString(StandardCharsets.UTF_8).lines().findFirst().orElseThrow();
  }

  private static void assertNamesTheTrainedEnd(Path folder) throws IOException {
    assertThat(json(folder, "generation_config.json"))
        .hasToString("{\"eos_token_id\":" + TRAINED_END + ",\"top_p\":0.9}");
    assertThat(json(folder, "tokenizer_config.json").path("eos_token").asText()).isEqualTo(END);
    if (!Files.exists(folder.resolve("adapter_config.json"))) {
      assertThat(json(folder, "config.json").path("eos_token_id").asLong()).isEqualTo(TRAINED_END);
    }
    assertThat(folder.resolve("chat_template.jinja")).content().startsWith("{% for message");
  }

  private static JsonNode json(Path folder, String name) throws IOException {
    return Json.EVENTS.readTree(folder.resolve(name).toFile());
  }

  /** Leaves {@code stops.safetensors} with the prompt and what followed, the end included. */
  private static void assertStops(Path folder) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu());
        Sampler sampler = new Sampler(model);
        NDManager manager = model.parameters().manager().newSubManager()) {
      assertThat(tokenizer.eosTokenId()).isEqualTo(TRAINED_END);
      long[] prompt =
          new ExampleEncoder(tokenizer, 96, 32).encodePrompt(SmallGroup.examples(1, 1).get(0));
      SamplingSpec greedy =
          new SamplingSpec(1, LONGEST, 0, 0, 1, 0, List.of(tokenizer.eosTokenId()));
      long[] sampled = sampler.sample(List.of(prompt), greedy).get(0).get(0);
      assertThat(sampled.length).as(tokenizer.decode(sampled)).isBetween(1, LONGEST - 1);
      assertThat(sampled).doesNotContain(BASE_END);
      long[] withEnd =
          LongStream.concat(Arrays.stream(sampled), LongStream.of(TRAINED_END)).toArray();
      Safetensors.write(
          folder.resolve("stops.safetensors"),
          Map.of(
              "prompt", manager.create(prompt, new Shape(1, prompt.length)),
              "continuation", manager.create(withEnd, new Shape(1, withEnd.length))),
          Map.of());
    }
  }

  @Test
  void a_job_with_low_rank_updates_goes_on_where_its_folder_has_moved() throws IOException {
    Map<String, Object> settings =
        Map.of("loss", "gdpo", "checkpoint_every", 1, "lora", Map.of("rank", 2));
    TrainingJob whole = group.job("whole", settings);
    TrainingJob job = group.job("job", settings);
    train(group, whole, () -> false);
    AtomicInteger asked = new AtomicInteger();
    assertThat(train(group, job, () -> asked.incrementAndGet() > 4)).isEmpty();
    Path moved = temporary.resolve("elsewhere");
    Files.move(group.folder(job).root(), moved);

    Optional<TrainingResult> result =
        train(with(job, "output_folder", moved.toUri().toString()), moved);

    assertThat(result).isPresent();
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("resumed from " + moved.resolve("checkpoints/step-4"));
    assertThat(moved.resolve("final/adapter_model.safetensors"))
        .hasSameBinaryContentAs(group.folder(whole).last().resolve("adapter_model.safetensors"));
    assertThat(group.folder(job).root()).doesNotExist();
    finishOn(moved.resolve("best"));
  }

  @Test
  void so_it_does_where_the_model_below_it_has_moved_too() throws IOException {
    TrainingJob parent = group.job("parent", Map.of("loss", "sft"));
    train(group, parent, () -> false);
    TrainingJob job =
        group.child(
            "job",
            group.folder(parent).best(),
            Map.of("loss", "sft", "checkpoint_every", 1, "lora", Map.of("rank", 2)));
    AtomicInteger asked = new AtomicInteger();
    train(group, job, () -> asked.incrementAndGet() > 4);
    Path moved = temporary.resolve("elsewhere");
    Files.move(temporary.resolve("jobs"), moved);

    TrainingJob there =
        with(job, "parent_model_uri", moved.resolve("parent/best").toUri().toString());
    assertThat(train(there, moved.resolve("job"))).isPresent();

    assertThat(AdapterFolder.baseOf(moved.resolve("job/final")))
        .contains(moved.resolve("parent/best"));
  }

  private void finishOn(Path model) throws IOException {
    assertThat(train(group, group.child("next", model, Map.of("loss", "sft")), () -> false))
        .isPresent();
  }

  @Test
  void how_many_checkpoints_are_kept_may_change_between_attempts() throws IOException {
    Map<String, Object> settings = Map.of("loss", "sft", "checkpoint_every", 1, "keep", 9);
    TrainingJob job = group.job("job", settings);
    AtomicInteger asked = new AtomicInteger();
    train(group, job, () -> asked.incrementAndGet() > 4);
    assertThat(names(group.folder(job).checkpoints())).hasSize(4);

    TrainingJob fewer = group.job("job", Map.of("loss", "sft", "checkpoint_every", 1, "keep", 0));
    assertThat(train(group, fewer, () -> false)).isPresent();

    assertThat(names(group.folder(job).checkpoints())).containsExactly("step-6");
    assertThat(group.folder(job).best()).exists();
    assertThat(group.folder(job).last()).exists();
  }

  @Test
  void a_reference_with_another_vocabulary_is_refused_with_both_names_and_sizes()
      throws IOException {
    Path other = temporary.resolve("other");
    try (CausalLanguageModel model =
        CausalLanguageModel.random(ModelConfig.gpt2(200, 96, 16, 1, 2), 7, Device.cpu())) {
      model.save(other, group.tokenizer());
    }
    TrainingJob job =
        with(
            group.job("job", Map.of("loss", "dpo")),
            "reference_model_uri",
            other.toUri().toString());

    assertThatThrownBy(() -> train(group, job, () -> false))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("the reference model " + other)
        .hasMessageContaining(group.tokenizer().toString())
        .hasMessageContaining("it embeds 200 tokens (vocab_size)")
        .hasMessageContaining("tokens up to 256");
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).sorted().toList();
    }
  }

  private static TrainingJob with(TrainingJob job, String field, String value) {
    return Json.EVENTS.convertValue(
        Json.EVENTS.<ObjectNode>valueToTree(job).put(field, value), TrainingJob.class);
  }

  private Optional<TrainingResult> train(SmallGroup of, TrainingJob job, BooleanSupplier stop)
      throws IOException {
    return train(job, of.folder(job).root(), stop);
  }

  private Optional<TrainingResult> train(TrainingJob job, Path folder) throws IOException {
    return train(job, folder, () -> false);
  }

  private Optional<TrainingResult> train(TrainingJob job, Path folder, BooleanSupplier stop)
      throws IOException {
    Files.createDirectories(folder);
    PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
    return new TrainingRun(job, JobWorkspace.in(folder), out, stop, AvailableMemory.ofMachine())
        .run();
  }
}
