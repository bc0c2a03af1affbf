package io.gdpo.local.experiment;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An experiment as a person writes it: YAML (or JSON), with paths relative to its own folder.
 * Turned into what a service can use wherever it runs: absolute URIs, everything checked before
 * anything is sent.
 */
public final class ExperimentFile {
  private static final Pattern URI_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  /** Fields that may hold a path. */
  private static final List<List<String>> PATHS =
      List.of(
          List.of("dataset", "survey"),
          List.of("dataset", "examples"),
          List.of("dataset", "tokenizer"),
          List.of("model", "path"),
          List.of("model", "init", "tokenizer"));

  private final Path file;
  private final ObjectNode tree;
  private final List<String> readings;
  private final List<SpecProblem> missing;

  private ExperimentFile(
      Path file, ObjectNode tree, List<String> readings, List<SpecProblem> missing) {
    this.file = file;
    this.tree = tree;
    this.readings = readings;
    this.missing = missing;
  }

  /**
   * Reads an experiment file and resolves its paths.
   *
   * @throws CommandFailure if it cannot be read, or is not YAML
   */
  public static ExperimentFile read(Path file) {
    return read(file, List.of());
  }

  /**
   * Reads an experiment file, puts other values into it, and resolves its paths.
   *
   * @param settings such as {@code stages.gdpo.training.beta=0.2} ({@link FieldSetting})
   * @throws CommandFailure likewise, and if a setting names no place in the file
   */
  public static ExperimentFile read(Path file, List<String> settings) {
    ExperimentFile experiment =
        new ExperimentFile(file, parse(file), new ArrayList<>(), new ArrayList<>());
    settings.forEach(setting -> FieldSetting.of(setting).putInto(experiment.tree));
    experiment.spellOutModel();
    PATHS.forEach(experiment::resolve);
    return experiment;
  }

  private static ObjectNode parse(Path file) {
    try {
      JsonNode tree = Json.YAML_SPECS.readTree(Files.readString(file));
      if (tree instanceof ObjectNode object) {
        return object;
      }
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          file + " does not hold an experiment: its top level is not a list of fields",
          "See examples/demo.yaml for one that works.");
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          file + position(e.getLocation()) + " is not YAML: " + e.getOriginalMessage(),
          "See examples/demo.yaml for one that works.",
          e);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          Files.exists(file)
              ? "The experiment file " + file + " cannot be read: " + e.getMessage()
              : "There is no experiment file " + file,
          "Name a YAML file such as examples/demo.yaml.",
          e);
    }
  }

  private static String position(JsonLocation at) {
    return at == null ? "" : ", line " + at.getLineNr() + ", column " + at.getColumnNr() + ",";
  }

  /**
   * A plain text as the model may be a path, which is resolved like any other: also without a
   * {@code ./}, where such a folder is there.
   */
  private void spellOutModel() {
    JsonNode model = tree.path("model");
    if (model.isTextual()) {
      ModelReading reading = ModelReading.of(model.asText(), besideFile(model.asText()));
      reading.ambiguity().map(said -> file + ": model: " + said).ifPresent(readings::add);
      tree.set("model", Json.SPECS.valueToTree(reading.model()));
    }
  }

  /** What could have been meant otherwise, and how it was read; for the person who wrote it. */
  public List<String> readings() {
    return List.copyOf(readings);
  }

  void note(String reading) {
    readings.add(reading);
  }

  private Optional<Path> besideFile(String text) {
    try {
      return Optional.of(file.toAbsolutePath().resolveSibling(text).normalize());
    } catch (InvalidPathException e) {
      return Optional.empty(); // then it names no file
    }
  }

  private void resolve(List<String> field) {
    JsonNode parent = tree;
    for (String name : field.subList(0, field.size() - 1)) {
      parent = parent.path(name);
    }
    String last = field.get(field.size() - 1);
    if (!(parent instanceof ObjectNode object) || !object.path(last).isTextual()) {
      return;
    }
    String text = object.path(last).asText();
    Optional<Path> target = besideFile(text);
    if (target.filter(Files::exists).isPresent()) { // whatever its name looks like
      object.put(last, target.get().toUri().toString());
    } else if (!URI_SCHEME.matcher(text).matches()) {
      missing.add(
          new SpecProblem(
              String.join(".", field),
              "there is no "
                  + target.map(Path::toString).orElse(Reason.clean(text))
                  + "; paths are taken from the experiment file's folder: name an existing file or a"
                  + " URI"));
    }
  }

  /** This file's content with one top-level or nested field replaced; {@code path} has dots. */
  ExperimentFile with(String path, JsonNode value) {
    ObjectNode copy = tree.deepCopy();
    ObjectNode parent = copy;
    String[] names = path.split("\\.");
    for (int i = 0; i < names.length - 1; i++) {
      parent = parent.withObject("/" + names[i]);
    }
    parent.set(names[names.length - 1], value);
    List<SpecProblem> left =
        missing.stream().filter(it -> !(it.field() + ".").startsWith(path + ".")).toList();
    return new ExperimentFile(file, copy, readings, left);
  }

  /** The text of a field, or {@code absent}; {@code path} has dots. */
  String text(String path, String absent) {
    return tree.at("/" + path.replace('.', '/')).asText(absent);
  }

  /**
   * The experiment.
   *
   * @throws CommandFailure naming every field that is wrong
   */
  public ExperimentSpec spec() {
    ExperimentSpec spec = checked();
    if (!missing.isEmpty()) {
      throw invalid("", null);
    }
    return spec;
  }

  private ExperimentSpec checked() {
    try {
      return Json.YAML_SPECS.treeToValue(tree, ExperimentSpec.class).checked();
    } catch (InvalidSpecException e) {
      throw invalid(
          e.problems().stream().map(SpecProblem::toString).collect(Collectors.joining("\n  ")), e);
    } catch (UnrecognizedPropertyException e) {
      throw invalid(
          fieldPath(e)
              + ": there is no such field; the fields here are "
              + e.getKnownPropertyIds().stream()
                  .map(Object::toString)
                  .sorted()
                  .collect(Collectors.joining(", ")),
          e);
    } catch (JsonMappingException e) {
      throw invalid(fieldPath(e) + ": " + e.getOriginalMessage(), e);
    } catch (JsonProcessingException e) {
      throw invalid(e.getOriginalMessage(), e);
    }
  }

  /**
   * @param problems beside what is missing; empty if there are none
   */
  private CommandFailure invalid(String problems, Throwable cause) {
    String all =
        Stream.concat(missing.stream().map(SpecProblem::toString), Stream.of(problems))
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining("\n  "));
    return new CommandFailure(
        ExitCode.INVALID_INPUT,
        file + " is not a valid experiment:\n  " + all,
        "Mend the fields named above; examples/demo.yaml shows one that works.",
        cause);
  }

  private static String fieldPath(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }
}
