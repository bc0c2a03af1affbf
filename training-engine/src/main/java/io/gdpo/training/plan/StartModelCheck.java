package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.OutsideException;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.PromptTemplate;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubException;
import io.gdpo.hub.HubSettings;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.ModelFolder;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.model.HubModel;
import io.gdpo.training.model.ModelSource;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Whether an experiment's model can be trained as its stages ask, told from its config, its
 * tokenizer and its files' names, before a dataset is built for it. What only a job can find out,
 * and what is not to be reached now, is no problem here.
 */
final class StartModelCheck {
  /** What is larger is left to the job: a plan is to be quick. */
  private static final int LARGEST_JSON = 24 << 20;

  private final Map<String, String> environment;

  /**
   * @param environment of the Hub's settings
   */
  StartModelCheck(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /**
   * What a look at the model showed.
   *
   * @param problems what keeps it from being trained, with the field that is to be changed
   * @param model empty if it cannot be trained, cannot be had now, or is kept elsewhere
   */
  record Look(List<SpecProblem> problems, Optional<StartModel> model) {}

  /** Looks at an experiment's model. */
  Look look(ExperimentSpec spec) {
    ModelSpec model = spec.model();
    String field =
        model.hub() != null
            ? "model.hub"
            : model.path() != null ? "model.path" : "model.init.tokenizer";
    try {
      Optional<StartModel> start = start(model, usable(spec));
      return new Look(start.map(it -> problems(spec, it)).orElse(List.of()), start);
    } catch (InvalidModelException
        | PreferenceDataException
        | TrainingFailedException
        | ArtifactMissingException
        | OutsideException
        | HubException
        | IOException e) {
      return new Look(List.of(new SpecProblem(field, Reason.of(e))), Optional.empty());
    }
  }

  private Optional<StartModel> start(ModelSpec model, Consumer<Tokenizer> usable)
      throws IOException {
    if (model.hub() != null) {
      Optional<Path> folder = new HubClient(settings()).preview(HubModel.name(model.hub()));
      return folder.filter(StartModelCheck::isSmall).isEmpty()
          ? Optional.empty()
          : Optional.of(
              new StartModel(ModelFolder.checkWithoutWeights(folder.get(), usable), folder.get()));
    }
    URI uri = ArtifactUri.of(model.path() != null ? model.path() : model.init().tokenizer());
    ArtifactStore store;
    try {
      store = Artifacts.atNamed(uri, environment);
    } catch (OutsideException e) {
      throw e;
    } catch (IllegalArgumentException noStoreOfItsScheme) { // its job says why
      return Optional.empty();
    }
    if (store.folder().isEmpty()) {
      return elsewhere(model, uri, store, usable);
    }
    Path path = Path.of(uri);
    if (!isSmall(path)) {
      return Optional.empty();
    }
    return model.path() == null
        ? fresh(model, path, usable)
        : Optional.of(new StartModel(ModelFolder.check(path, usable), path));
  }

  /** Of what lies in another store only the small files are looked at, and no adapters. */
  private static Optional<StartModel> elsewhere(
      ModelSpec model, URI uri, ArtifactStore store, Consumer<Tokenizer> usable)
      throws IOException {
    try {
      if (model.path() == null) {
        return fresh(model, store.fetch(uri), usable);
      }
      List<String> files = store.list(uri, "");
      Path copy = Files.createTempDirectory("plan-model-");
      copy.toFile().deleteOnExit();
      for (String name : files.isEmpty() ? List.of(ModelConfig.FILE) : files) {
        if (name.equals(AdapterFolder.CONFIG)) {
          return Optional.empty();
        }
        if (name.matches("[\\w.-]+\\.(?:json|jinja)")) {
          URI file = URI.create(uri.toString().replaceFirst("/*$", "/") + name);
          Files.write(copy.resolve(name), store.read(file, LARGEST_JSON));
          copy.resolve(name).toFile().deleteOnExit();
        }
      }
      return Optional.of(new StartModel(ModelFolder.checkWithoutWeights(copy, usable), copy));
    } catch (UncheckedIOException notToBeHad) {
      return Optional.empty();
    }
  }

  private static Optional<StartModel> fresh(ModelSpec model, Path path, Consumer<Tokenizer> usable)
      throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(path)) {
      usable.accept(tokenizer);
    }
    return Optional.of(new StartModel(new ModelSource.Random(model.init(), 0).config(), path));
  }

  /** Whether the JSON of a folder, or a file of it, is small enough to be read here. */
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

  /** Refuses a tokenizer that has no end of text, or, where it matters, no belief digits. */
  private static Consumer<Tokenizer> usable(ExperimentSpec spec) {
    boolean beliefs =
        spec.dataset().survey() != null
            || spec.stages().stream()
                .anyMatch(stage -> stage.training().loss().needs(Loss.Need.BELIEFS));
    return tokenizer -> {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 2, 1);
      if (beliefs) {
        encoder.beliefTokenIds();
      }
    };
  }

  private static List<SpecProblem> problems(ExperimentSpec spec, StartModel model) {
    List<SpecProblem> problems = new ArrayList<>();
    ModelConfig config = model.config();
    if (spec.model().template() == PromptTemplate.CHAT) {
      templateProblem(model).ifPresent(p -> problems.add(new SpecProblem("model.template", p)));
    }
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

  private static Optional<String> templateProblem(StartModel model) {
    try {
      Tokenizer.requireChatTemplate(model.tokenizer());
      return Optional.empty();
    } catch (InvalidModelException | IOException e) {
      return Optional.of(Reason.of(e));
    }
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
