package io.gdpo.local.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A value for one field of an experiment file, as the command line gives it: {@code
 * stages.gdpo.training.beta=0.2}. Sections are separated by dots, a stage is named by its name, and
 * the value is YAML. A section that the file does not have is begun.
 *
 * @param path the sections' names and, last, the field's
 */
record FieldSetting(List<String> path, JsonNode value) {

  /**
   * Reads it.
   *
   * @throws CommandFailure if it is none
   */
  static FieldSetting of(String text) {
    int equals = text.indexOf('=');
    List<String> path = equals < 0 ? List.of() : List.of(text.substring(0, equals).split("\\."));
    if (path.isEmpty() || path.stream().anyMatch(String::isBlank)) {
      throw unusable(text, "is no FIELD=VALUE, such as stages.gdpo.training.beta=0.2", null);
    }
    try {
      JsonNode value = Json.YAML_SPECS.readTree(text.substring(equals + 1));
      if (value.isMissingNode() || value.isNull()) {
        throw unusable(text, "gives no value; to leave a field out, take it out of the file", null);
      }
      return new FieldSetting(path, value);
    } catch (JsonProcessingException e) {
      throw unusable(text, "gives a value that is not YAML: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Puts the value in its place.
   *
   * @throws CommandFailure if {@code experiment} has no such place
   */
  void putInto(ObjectNode experiment) {
    JsonNode section = experiment;
    for (int i = 0; i < path.size(); i++) {
      String name = path.get(i);
      boolean last = i == path.size() - 1;
      if (section instanceof ArrayNode list) {
        section = named(list, i);
        if (last) {
          throw unusable("names " + at(i) + " and none of its fields");
        }
      } else if (!(section instanceof ObjectNode object)) {
        throw unusable(at(i - 1) + " is no section, so it has no field '" + name + "'");
      } else if (last) {
        object.set(name, value);
      } else {
        section = object.has(name) ? object.get(name) : object.putObject(name);
      }
    }
  }

  private JsonNode named(ArrayNode list, int i) {
    List<String> names =
        StreamSupport.stream(list.spliterator(), false)
            .map(entry -> entry.path("name").asText())
            .toList();
    int at = names.indexOf(path.get(i));
    if (at < 0) {
      throw unusable(at(i - 1) + " has no '" + path.get(i) + "', only " + names);
    }
    return list.get(at);
  }

  private String at(int last) {
    return String.join(".", path.subList(0, last + 1));
  }

  private CommandFailure unusable(String problem) {
    return unusable(String.join(".", path) + "=" + value, problem, null);
  }

  private static CommandFailure unusable(String text, String problem, Throwable cause) {
    return new CommandFailure(
        ExitCode.INVALID_INPUT,
        "--set " + Reason.clean(Reason.beginning(text, 200)) + ": " + problem,
        "Sections are separated by dots and stages named by their names, as in --set"
            + " stages.gdpo.training.beta=0.2; docs/reference/experiment-file.md has the fields.",
        cause);
  }
}
