package io.gdpo.training.model;

import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.PromptTemplate;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A start model's tokenizer files, changed to what an experiment says of prompts, so that later
 * stages and evaluations, which read what is saved, keep to it; of BOS transformers does, too.
 */
public final class PromptFiles {
  private PromptFiles() {}

  /** Whether an experiment says something that the files are changed for. */
  public static boolean areChanged(ModelSpec model) {
    return model.isWithoutBos() || model.template() != null;
  }

  /**
   * Writes the changed files.
   *
   * @param tokenizer what the model came with: a folder, or a {@code tokenizer.json}
   * @throws io.gdpo.lm.InvalidModelException if they cannot be changed so
   */
  public static void write(ModelSpec model, Path tokenizer, Path folder) throws IOException {
    Path from = tokenizer;
    if (model.isWithoutBos()) {
      Tokenizer.copyWithoutBos(from, folder);
      from = folder;
    }
    if (model.template() != null) {
      Tokenizer.copyWithTemplate(from, folder, model.template() == PromptTemplate.CHAT);
    }
  }
}
