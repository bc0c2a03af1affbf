package io.gdpo.benchmark.memory;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.ByteTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What the memory of jobs is measured on: a Qwen2 whose vocabulary is far wider than the model, as
 * small published models are, with random weights, and examples whose lengths vary from step to
 * step as those of real data do. Made once and kept; memory does not depend on what weights have
 * learnt.
 *
 * @param folder where it is
 * @param layers blocks
 * @param width of hidden states
 * @param heads of attention, 64 wide at the model's full size; an eighth of them have keys of their
 *     own
 * @param inner width of the feed-forward layer
 * @param examples of the training split; a third of them in each of the others
 */
record WideVocabulary(Path folder, int layers, int width, int heads, int inner, int examples) {
  static final int VOCABULARY = 151_936;

  /** Of the training split; a third of them in the others. */
  static final int EXAMPLES = 96;

  Path model() {
    return folder.resolve(String.format(Locale.ROOT, "model-%dx%d", layers, width));
  }

  Path dataset() {
    return folder.resolve("dataset");
  }

  /** Writes what is not there yet. */
  void make() throws IOException {
    Path tokenizer = folder.resolve("tokenizer.json");
    if (!Files.exists(tokenizer)) {
      Files.createDirectories(dataset());
      ByteTokenizer.write(tokenizer);
      new PreferenceDataset(
              examples(examples, 1), examples(examples / 3, 2), examples(examples / 3, 3))
          .write(dataset());
    }
    if (!Files.exists(model())) {
      Path temporary = Files.createDirectories(folder.resolve(model().getFileName() + ".part"));
      Files.write(temporary.resolve(ModelConfig.FILE), Json.EVENTS.writeValueAsBytes(config()));
      try (CausalLanguageModel random =
          CausalLanguageModel.random(ModelConfig.load(temporary), 5, Device.cpu())) {
        random.save(temporary, tokenizer);
      }
      Files.move(temporary, model());
    }
  }

  /** As {@code config.json} of Qwen2.5-0.5B has it, but for the sizes. */
  private ObjectNode config() {
    return Json.EVENTS
        .createObjectNode()
        .put("model_type", "qwen2")
        .put("vocab_size", VOCABULARY)
        .put("max_position_embeddings", 1024)
        .put("hidden_size", width)
        .put("intermediate_size", inner)
        .put("num_hidden_layers", layers)
        .put("num_attention_heads", heads)
        .put("num_key_value_heads", 2)
        .put("rms_norm_eps", 1e-6)
        .put("rope_theta", 1e6)
        .put("hidden_act", "silu")
        .put("tie_word_embeddings", true);
  }

  /** Pairs of some 75 tokens, a letter a token, most with a prompt of their own. */
  private static List<PreferenceExample> examples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PreferenceExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean yes = i % 4 < 3;
      examples.add(
          PreferenceExample.ofOpinion(
              "q" + i,
              "style-1",
              letters(random, 24, 44),
              "",
              List.of("Good", "Bad"),
              yes ? 4 : 1,
              yes ? "Good" : "Bad",
              letters(random, 18, 34),
              yes ? 1 : 4,
              yes ? "Bad" : "Good",
              letters(random, 18, 34),
              List.of(0.0, 0.25, 0.0, 0.0, 0.75, 0.0),
              yes));
    }
    return examples;
  }

  private static String letters(SplittableRandom random, int least, int most) {
    return random
        .ints(random.nextInt(least, most + 1), 'a', 'z' + 1)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
