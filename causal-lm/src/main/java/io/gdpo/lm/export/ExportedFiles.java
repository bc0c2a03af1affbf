package io.gdpo.lm.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.EndOfText;
import io.gdpo.lm.folder.SideFiles;
import io.gdpo.lm.safetensors.FloatFormat;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What an exported model needs beside its weights: the root's {@code config.json} as it was
 * published, tokenizer, chat template and generation settings, all of which end a text with the
 * token that the model was trained to end with.
 */
final class ExportedFiles {
  private final AdapterChain chain;

  ExportedFiles(AdapterChain chain) {
    this.chain = chain;
  }

  /**
   * @param format of the embedding, which the config names as the model's
   */
  void write(Path folder, FloatFormat format) throws IOException {
    EndOfText end;
    try (Tokenizer tokenizer = Tokenizer.load(chain.model())) {
      end = tokenizer.endOfText();
    }
    SideFiles.copy(end, folder);
    for (String name : SideFiles.AS_THEY_ARE) { // what trained models did not always take along
      Path published = chain.root().resolve(name);
      if (Files.isRegularFile(published) && !Files.exists(folder.resolve(name))) {
        Files.copy(published, folder.resolve(name));
      }
    }
    ObjectNode config = chain.config().json().deepCopy();
    config.put(config.has("dtype") ? "dtype" : "torch_dtype", format.torchName());
    end.setIdIn(config);
    SideFiles.writeMissingGeneration(end, config, folder);
    Files.writeString(folder.resolve(ModelConfig.FILE), config.toPrettyString() + "\n");
  }
}
