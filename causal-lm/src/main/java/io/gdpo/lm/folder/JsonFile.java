package io.gdpo.lm.folder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The JSON files of a model folder: each holds one object. */
final class JsonFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JsonFile() {}

  /**
   * The file's object; empty if there is no such file.
   *
   * @throws InvalidModelException if it holds something else
   */
  static Optional<ObjectNode> read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    JsonNode content;
    try {
      content = JSON.readTree(Files.readAllBytes(file));
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(file + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (content instanceof ObjectNode object) {
      return Optional.of(object);
    }
    throw new InvalidModelException(
        file + " must hold a JSON object; save it again with save_pretrained, or delete it");
  }

  static void write(Path file, ObjectNode content) throws IOException {
    Files.writeString(file, content.toPrettyString() + "\n");
  }

  static ObjectNode empty() {
    return JSON.createObjectNode();
  }
}
