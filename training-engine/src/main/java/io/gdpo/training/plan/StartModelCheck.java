package io.gdpo.training.plan;

import ai.djl.ndarray.types.Shape;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubException;
import io.gdpo.hub.HubSettings;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.ModelFolder;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.model.HubModel;
import io.gdpo.training.model.ModelSource;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Whether an experiment's model can be trained as its stages ask, told from its config, its
 * tokenizer and its files' names, before a dataset is built for it. What only a job can find out,
 * and what is not to be reached now, is no problem here.
 */
public final class StartModelCheck {
  /** What is larger is left to the job: a service has a small heap. */
  private static final long LARGEST_JSON = 24L << 20;

  private final Map<String, String> environment;

  /**
   * @param environment of the Hub's settings
   */
  public StartModelCheck(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** What keeps the model from being trained, with the field that is to be changed. */
  public List<SpecProblem> problems(ExperimentSpec spec) {
    return plan(spec).problems();
  }

  /** What can be told of the experiment's model, and what keeps it from being trained. */
  public ExperimentPlan plan(ExperimentSpec spec) {
    ModelSpec model = spec.model();
    String field =
        model.hub() != null
            ? "model.hub"
            : model.path() != null ? "model.path" : "model.init.tokenizer";
    try {
      return config(model)
          .map(config -> new ExperimentPlan(problems(spec, config), shape(config)))
          .orElse(new ExperimentPlan(List.of(), null));
    } catch (InvalidModelException
        | PreferenceDataException
        | TrainingFailedException
        | ArtifactMissingException
        | HubException
        | IOException e) {
      return new ExperimentPlan(List.of(new SpecProblem(field, Reason.of(e))), null);
    }
  }

  private static ExperimentPlan.ModelShape shape(ModelConfig config) {
    return new ExperimentPlan.ModelShape(
        config.family(),
        config.positions(),
        config.vocabSize(),
        config.weights().values().stream().mapToLong(Shape::size).sum());
  }

  /** The model's shape; empty if it cannot be had now, or is kept elsewhere. */
  private Optional<ModelConfig> config(ModelSpec model) throws IOException {
    if (model.hub() != null) {
      Optional<Path> folder = new HubClient(settings()).preview(HubModel.name(model.hub()));
      return folder.filter(StartModelCheck::isSmall).isEmpty()
          ? Optional.empty()
          : Optional.of(
              ModelFolder.checkWithoutWeights(folder.get(), StartModelCheck::requireUsable));
    }
    URI uri = ArtifactUri.of(model.path() != null ? model.path() : model.init().tokenizer());
    if (!"file".equals(uri.getScheme()) || !isSmall(Path.of(uri))) {
      return Optional.empty();
    }
    if (model.path() != null) {
      return Optional.of(ModelFolder.check(Path.of(uri), StartModelCheck::requireUsable));
    }
    try (Tokenizer tokenizer = Tokenizer.load(Path.of(uri))) {
      requireUsable(tokenizer);
    }
    return Optional.of(new ModelSource.Random(model.init(), 0).config());
  }

  /** Whether the JSON of a folder, or a file of it, can be read beside what a service does. */
  private static boolean isSmall(Path folderOrFile) {
    File[] json =
        Files.isDirectory(folderOrFile)
            ? folderOrFile.toFile().listFiles((folder, name) -> name.endsWith(".json"))
            : folderOrFile.toString().endsWith(".json")
                ? new File[] {folderOrFile.toFile()}
                : new File[0];
    return json == null || Stream.of(json).allMatch(file -> file.length() <= LARGEST_JSON);
  }

  private HubSettings settings() {
    try {
      return HubSettings.of(environment);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(e.getMessage(), e);
    }
  }

  /** Refuses a tokenizer that has no end of text, or whose belief digits are no tokens. */
  private static void requireUsable(Tokenizer tokenizer) {
    new ExampleEncoder(tokenizer, 2, 1).eosTokenId();
  }

  private static List<SpecProblem> problems(ExperimentSpec spec, ModelConfig config) {
    List<SpecProblem> problems = new ArrayList<>();
    for (int i = 0; i < spec.stages().size(); i++) {
      String path = "stages[" + i + "].training.";
      TrainingSpec training = spec.stages().get(i).training();
      if (training.maxLength() != null && training.maxLength() > config.positions()) {
        problems.add(
            new SpecProblem(
                path + "max_length",
                String.format(
                    Locale.ROOT,
                    "must be at most the model's %d positions, is %d",
                    config.positions(),
                    training.maxLength())));
      }
      if (training.lora() != null) {
        targetProblem(training.lora(), config)
            .ifPresent(p -> problems.add(new SpecProblem(path + "lora.target_modules", p)));
      }
    }
    return problems;
  }

  private static Optional<String> targetProblem(LoraSpec lora, ModelConfig config) {
    try {
      new LoraConfig(lora.rank(), lora.alpha(), Optional.ofNullable(lora.targetModules()))
          .modules(config);
      return Optional.empty();
    } catch (InvalidModelException e) {
      return Optional.of(Reason.of(e));
    }
  }
}
