package io.gdpo.benchmark;

import ai.djl.Device;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A GPT-2 with random weights, made once and loaded by both sides: speed does not depend on what
 * the weights have learnt.
 *
 * @param layers blocks
 * @param width of hidden states
 * @param heads of attention
 * @param positions longest sequence
 * @param vocabulary token ids
 */
record ModelShape(String name, int layers, int width, int heads, int positions, int vocabulary) {

  /**
   * A folder with such a model in Hugging Face layout.
   *
   * @param parent of the folder, which is written if it is not there
   * @param seed of the weights
   * @param tokenizer a {@code tokenizer.json}, which the layout needs and no benchmark uses
   */
  Path folder(Path parent, long seed, Path tokenizer) throws IOException {
    Path folder = parent.resolve(String.format(Locale.ROOT, "%s-seed-%d", name, seed));
    if (!Files.isRegularFile(folder.resolve("config.json"))) {
      Path temporary = parent.resolve(folder.getFileName() + ".part");
      try (CausalLanguageModel model =
          CausalLanguageModel.random(
              ModelConfig.gpt2(vocabulary, positions, width, layers, heads), seed, Device.cpu())) {
        model.save(temporary, tokenizer);
      }
      Files.move(temporary, folder);
    }
    return folder;
  }
}
