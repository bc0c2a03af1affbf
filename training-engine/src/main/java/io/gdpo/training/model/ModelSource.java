package io.gdpo.training.model;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.hub.DownloadLog;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubRepository;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a model's weights and tokenizer come from. Opening it again gives the same model. */
public sealed interface ModelSource {

  /** The weights; the caller closes the model. */
  CausalLanguageModel open(Device device) throws IOException;

  /** The weights' shapes, without reading them. */
  ModelConfig config() throws IOException;

  /** A {@code tokenizer.json}, or a folder that holds one. */
  Path tokenizer();

  /** A digest of all that the weights follow from. */
  String digest() throws IOException;

  /** The folder in Hugging Face layout that it is read from, if it is. */
  Optional<URI> folder();

  /** What a job's training starts from. */
  static ModelSource start(TrainingJob job) {
    if ((job.model() == null) == (job.parentModelUri() == null)) {
      throw new TrainingFailedException(
          "job " + job.jobId() + " must have exactly one of model and parent_model_uri");
    }
    if (job.parentModelUri() != null) {
      return new Folder(ArtifactUri.of(job.parentModelUri()));
    }
    if (job.model().path() != null) {
      return new Folder(ArtifactUri.of(job.model().path()));
    }
    if (job.model().hub() != null) {
      return Hub.of(job.model().hub());
    }
    RandomInit init = job.model().init();
    return new Random(init, init.seed() == null ? job.seed() : init.seed());
  }

  /** What a job's implicit rewards are measured against. */
  static ModelSource reference(TrainingJob job) {
    return job.referenceModelUri() == null
        ? start(job)
        : new Folder(ArtifactUri.of(job.referenceModelUri()));
  }

  /** The local content of an artifact. */
  static Path fetch(URI uri) {
    return Artifacts.fetchNamed(uri);
  }

  /**
   * A stored model.
   *
   * @param uri its folder in Hugging Face layout
   * @param base the model below the updates that the folder holds; empty where it is whole, or
   *     names its base itself
   */
  record Folder(URI uri, Optional<Path> base) implements ModelSource {
    private static final String ADAPTER_CONFIG = "adapter_config.json";
    private static final String BASE_PATH = "base_model_name_or_path";

    Folder(URI uri) {
      this(uri, Optional.empty());
    }

    @Override
    public CausalLanguageModel open(Device device) throws IOException {
      return base.isPresent()
          ? CausalLanguageModel.loadAdapter(fetch(uri), base.get(), device)
          : CausalLanguageModel.load(fetch(uri), device);
    }

    @Override
    public ModelConfig config() throws IOException {
      Path folder = fetch(uri);
      Optional<Path> below = base.isPresent() ? base : AdapterFolder.baseOf(folder);
      return ModelConfig.load(below.orElse(folder));
    }

    @Override
    public Path tokenizer() {
      return fetch(uri);
    }

    @Override
    public String digest() throws IOException {
      return ofFolder(fetch(uri));
    }

    /** Of what the weights are read from, and of the base of an adapter. */
    private static String ofFolder(Path folder) throws IOException {
      List<String> digests = new ArrayList<>();
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(Folder::isRead).sorted().toList()) {
          digests.add(file.getFileName().toString());
          digests.add(file.endsWith(ADAPTER_CONFIG) ? ofAdapterConfig(file) : Digests.ofFile(file));
        }
      }
      Optional<Path> base = AdapterFolder.baseOf(folder);
      if (base.isPresent()) {
        digests.add(ofFolder(base.get()));
      }
      return Digests.ofTexts(digests);
    }

    /** Without the base's path: the base itself counts, and keeps counting where it is moved. */
    private static String ofAdapterConfig(Path file) throws IOException {
      JsonNode json = Json.EVENTS.readTree(file.toFile());
      return Digests.ofTexts(List.of(json.<ObjectNode>deepCopy().without(BASE_PATH).toString()));
    }

    private static boolean isRead(Path file) {
      String name = file.getFileName().toString();
      return name.endsWith("config.json")
          || name.endsWith(".safetensors")
          || name.endsWith(".safetensors.index.json");
    }

    @Override
    public Optional<URI> folder() {
      return Optional.of(uri);
    }
  }

  /**
   * A model of the Hub at one commit, which the job has downloaded ({@link HubModel}).
   *
   * @param model with the commit as its revision
   * @param snapshot its folder in the Hub's cache
   */
  record Hub(HubRepository model, Path snapshot) implements ModelSource {

    /** What the cache holds under a name with a commit. */
    static Hub of(String name) {
      HubRepository model = HubModel.name(name);
      return new Hub(
          model,
          new HubClient(HubModel.settings())
              .snapshot(model, new DownloadLog(System.out::println))
              .folder());
    }

    @Override
    public CausalLanguageModel open(Device device) throws IOException {
      return CausalLanguageModel.load(snapshot, device);
    }

    @Override
    public ModelConfig config() throws IOException {
      return ModelConfig.load(snapshot);
    }

    @Override
    public Path tokenizer() {
      return snapshot;
    }

    @Override
    public String digest() {
      return Digests.ofTexts(List.of(model.id(), model.revision()));
    }

    @Override
    public Optional<URI> folder() {
      return Optional.of(snapshot.toUri());
    }
  }

  /**
   * A fresh GPT-2.
   *
   * @param seed of its weights
   */
  record Random(RandomInit init, long seed) implements ModelSource {
    @Override
    public CausalLanguageModel open(Device device) throws IOException {
      return CausalLanguageModel.random(config(), seed, device);
    }

    @Override
    public ModelConfig config() throws IOException {
      try (Tokenizer tokenizer = Tokenizer.load(tokenizer())) {
        return ModelConfig.gpt2(
                tokenizer.vocabularySize(),
                init.positions(),
                init.hidden(),
                init.layers(),
                init.heads())
            .withEosTokenId(tokenizer.eosTokenId());
      }
    }

    @Override
    public Path tokenizer() {
      return fetch(ArtifactUri.of(init.tokenizer()));
    }

    @Override
    public String digest() throws IOException {
      return Digests.ofTexts(
          List.of(init.toString(), Long.toString(seed), Digests.ofFile(tokenizer())));
    }

    @Override
    public Optional<URI> folder() {
      return Optional.empty();
    }
  }
}
