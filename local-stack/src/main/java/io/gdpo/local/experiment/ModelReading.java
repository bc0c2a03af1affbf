package io.gdpo.local.experiment;

import io.gdpo.contracts.spec.ModelSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a plain text that names a model is read: as a folder if it is written like a path or such a
 * folder is there, else as a name on the Hub.
 *
 * @param ambiguity said where the text could have meant the Hub, too
 */
record ModelReading(ModelSpec model, Optional<String> ambiguity) {

  /**
   * @param folder where the text leads as a path; empty if it is none
   */
  static ModelReading of(String text, Optional<Path> folder) {
    ModelSpec named = ModelSpec.named(text);
    Optional<Path> there = folder.filter(Files::isDirectory);
    if (named.hub() == null || there.isEmpty()) {
      return new ModelReading(named, Optional.empty());
    }
    ModelSpec path = new ModelSpec(null, text, null);
    return new ModelReading(
        path,
        named.problems("model").isEmpty()
            ? Optional.of(
                "'%s' is taken for the folder %s; write {hub: %s} for the model of that name on the Hub"
                    .formatted(text, there.get(), text))
            : Optional.empty());
  }
}
