package io.gdpo.local.experiment;

import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The demo's experiment: an example file with a person's survey, group and seed put in its place.
 * Its name follows from these, so that asking for the same demo again finds the one that ran.
 */
public final class DemoExperiment {
  private static final int LONGEST_BASE_NAME = 55; // 63 less room for a run number

  private final ExperimentFile file;
  private final String baseName;

  private DemoExperiment(ExperimentFile file, String baseName) {
    this.file = file;
    this.baseName = baseName;
  }

  /**
   * @param template an experiment file, such as {@code examples/demo.yaml}
   * @param model a pretrained model in the place of the template's: a folder, taken from this
   *     process's own, or a name on the Hub
   * @param survey a survey in the place of the template's
   * @param groups a group, or several, in the place of the template's; empty for its own
   * @param seed of everything: dialogues, pairs, splits, weights and data order
   */
  public static DemoExperiment of(
      Path template,
      Optional<String> model,
      Optional<Path> survey,
      List<String> groups,
      long seed) {
    ExperimentFile file = ExperimentFile.read(template);
    String name = file.text("name", "demo");
    if (model.isPresent()) {
      ModelSpec spec = model(model.get(), file);
      file = file.with("model", Json.SPECS.valueToTree(spec));
      name += "-" + modelName(spec);
    }
    if (survey.isPresent()) {
      file = file.with("dataset.survey", TextNode.valueOf(existing(survey.get()).toString()));
      name += "-" + stem(survey.get()) + "-" + digest(survey.get());
    }
    if (groups.size() == 1) {
      file = file.with("dataset.group", TextNode.valueOf(groups.get(0)));
    } else if (!groups.isEmpty()) {
      file = file.with("dataset.group", NullNode.getInstance());
      file = file.with("dataset.groups", Json.SPECS.valueToTree(groups));
    }
    name =
        slug(name)
            + "-"
            + slug(
                groups.isEmpty() ? file.text("dataset.group", "group") : String.join("-", groups));
    return seeded(file, name, seed);
  }

  /**
   * The demo on people's votes.
   *
   * @param template an experiment file, such as {@code examples/demo-votes.yaml}
   * @param votes a file in the place of the template's
   * @param seed of splits, weights and data order
   */
  public static DemoExperiment ofVotes(Path template, Path votes, long seed) {
    if (!Files.isRegularFile(votes)) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          "There is no file of votes " + votes.toAbsolutePath(),
          "Name one in a layout of docs/reference/dataset.md; examples/votes.jsonl is one.");
    }
    ExperimentFile file = ExperimentFile.read(template);
    String name = file.text("name", "demo") + "-" + stem(votes) + "-" + digest(votes);
    file =
        file.with(
            "dataset.examples",
            TextNode.valueOf(votes.toAbsolutePath().normalize().toUri().toString()));
    return seeded(file, slug(name), seed);
  }

  private static DemoExperiment seeded(ExperimentFile file, String name, long seed) {
    ExperimentFile seeded =
        file.with("seed", LongNode.valueOf(seed))
            .with("dataset.synthesis.seed", LongNode.valueOf(seed));
    String tail = "-s" + seed;
    int room = LONGEST_BASE_NAME - tail.length();
    String cut = name.length() > room ? name.substring(0, room).replaceAll("-+$", "") : name;
    return new DemoExperiment(seeded, cut + tail);
  }

  private static ModelSpec model(String text, ExperimentFile template) {
    Path folder = path(text).toAbsolutePath().normalize();
    ModelReading reading = ModelReading.of(text, Optional.of(folder));
    reading.ambiguity().map(said -> "--model " + said).ifPresent(template::note);
    if (reading.model().path() == null) {
      if (!reading.model().problems("model").isEmpty()) {
        throw noModel(text, folder);
      }
      return reading.model();
    }
    if (!Files.isDirectory(folder)) {
      throw noModel(text, folder);
    }
    return new ModelSpec(null, folder.toUri().toString(), null);
  }

  private static Path path(String text) {
    try {
      return text.startsWith("file:") ? Path.of(URI.create(text)) : Path.of(text);
    } catch (IllegalArgumentException e) { // also what Path.of refuses
      throw noModel(Reason.clean(text), text);
    }
  }

  private static CommandFailure noModel(String text, Object folder) {
    return new CommandFailure(
        ExitCode.INVALID_INPUT,
        "--model " + text + ": there is no folder " + folder + ", and it is no name on the Hub",
        "Name a folder in Hugging Face layout, or a model as owner/name.");
  }

  /** Tells a folder from another one of the same name. */
  private static String modelName(ModelSpec model) {
    if (model.hub() != null) {
      return slug(model.hub());
    }
    Path folder = Path.of(URI.create(model.path()));
    return slug(folder.getFileName().toString())
        + "-"
        + digest(model.path().getBytes(StandardCharsets.UTF_8));
  }

  private static URI existing(Path survey) {
    if (!Files.isRegularFile(survey)) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          "There is no survey file " + survey.toAbsolutePath(),
          "Name a CSV with the columns question, selections and options; examples/survey.csv is one.");
    }
    return survey.toAbsolutePath().normalize().toUri();
  }

  private static String stem(Path file) {
    return file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
  }

  /** Tells a survey from another one under the same file name. */
  private static String digest(Path file) {
    try {
      return digest(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.INVALID_INPUT,
          "The survey " + file + " cannot be read: " + e.getMessage(),
          "Check its permissions.",
          e);
    }
  }

  private static String digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(hash, 0, 3);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }

  /** What could have been meant otherwise, and how it was read. */
  public List<String> readings() {
    return file.readings();
  }

  private static String slug(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-|-$", "");
  }

  /** The last run of this demo, finished or not, among the experiments that there are. */
  public Optional<ExperimentView> lastRun(List<ExperimentView> experiments) {
    return experiments.stream()
        .filter(e -> runNumber(e.name()).isPresent())
        .max(Comparator.comparingInt(e -> runNumber(e.name()).getAsInt()));
  }

  /** The experiment under the name of the run to resume, or of the first run. */
  public ExperimentSpec resumed(List<ExperimentView> experiments) {
    return named(lastRun(experiments).map(ExperimentView::name).orElse(baseName));
  }

  /** The experiment under a name that no run has had. */
  public ExperimentSpec afresh(List<ExperimentView> experiments) {
    return named(
        lastRun(experiments)
            .map(last -> baseName + "-r" + (runNumber(last.name()).getAsInt() + 1))
            .orElse(baseName));
  }

  private ExperimentSpec named(String name) {
    return file.with("name", TextNode.valueOf(name)).spec();
  }

  private OptionalInt runNumber(String name) {
    if (name.equals(baseName)) {
      return OptionalInt.of(1);
    }
    String prefix = baseName + "-r";
    return name.startsWith(prefix) && name.substring(prefix.length()).matches("\\d{1,6}")
        ? OptionalInt.of(Integer.parseInt(name.substring(prefix.length())))
        : OptionalInt.empty();
  }
}
