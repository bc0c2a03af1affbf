package io.gdpo.lm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.folder.EndOfText;
import io.gdpo.lm.folder.SideFiles;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.lm.weights.ParameterStore;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A decoder language model: tokens to hidden states, hidden states to log-probabilities,
 * differentiable where gradient mode is on ({@link io.gdpo.lm.script.Autograd}).
 *
 * <p>Ownership: the model owns its weights ({@link #parameters}) and its compiled code until {@link
 * #close}. What is computed belongs to the step's manager: close it to free a step's graph.
 *
 * <p>Threads: several threads may compute with one model while none changes its weights.
 */
public final class CausalLanguageModel implements AutoCloseable {
  private final ModelConfig config;
  private final ParameterStore parameters;
  private final boolean borrowed;
  private ComputeType computeType = ComputeType.FLOAT32;
  private Optional<LoraAdapter> adapter = Optional.empty();
  private TorchScriptModule script;

  private CausalLanguageModel(ModelConfig config, ParameterStore parameters, boolean borrowed) {
    this.config = config;
    this.parameters = parameters;
    this.borrowed = borrowed;
    this.script = compiled();
  }

  private TorchScriptModule compiled() {
    return compiled(parameters.manager(), List.of(), "product.py");
  }

  /**
   * The architecture's methods, compiled once more.
   *
   * @param owner closing it frees the module
   * @param furtherNames of tensors that calls pass after {@link #weights}
   * @param product the source of how a module multiplies by its weight
   */
  public TorchScriptModule compiled(NDManager owner, List<String> furtherNames, String product) {
    List<String> names = new ArrayList<>(parameters.names());
    adapter.ifPresent(lora -> names.addAll(lora.parameters().names()));
    names.addAll(furtherNames);
    double scale = adapter.map(lora -> lora.config().scale()).orElse(0.0);
    return DecoderScript.load(owner, config, computeType, names, scale, product);
  }

  private void compileAgain() {
    script.close();
    script = compiled();
  }

  /** Chooses the number format of matrix products; float32 at first. */
  public void computeIn(ComputeType type) {
    if (type != computeType) {
      computeType = type;
      compileAgain();
    }
  }

  /** The number format of matrix products. */
  public ComputeType computeType() {
    return computeType;
  }

  // -- low-rank adaptation ---------------------------------------------------------------------

  /**
   * Freezes the weights and adds low-rank updates to train instead, which change nothing at first.
   *
   * @param seed of the updates' random halves
   * @throws InvalidModelException if a target module matches nothing
   * @throws IllegalStateException if there are updates already; {@link #mergeAdapter} them first
   */
  public void adapt(LoraConfig lora, long seed) {
    if (adapter.isPresent()) {
      throw new IllegalStateException("the model is adapted already; merge the adapter first");
    }
    parameters.requiresGrad(false);
    adapter = Optional.of(LoraAdapter.fresh(lora, config, seed, parameters.manager()));
    compileAgain();
  }

  /** Whether low-rank updates are added to the weights. */
  public boolean isAdapted() {
    return adapter.isPresent();
  }

  /** What training changes: the low-rank updates where there are any, else the weights. */
  public ParameterStore trainable() {
    return adapter.map(LoraAdapter::parameters).orElse(parameters);
  }

  /**
   * This model without its low-rank updates, on the same weights: a reference that costs no memory.
   * Closing it leaves the weights open; it must not outlive this model.
   */
  public CausalLanguageModel base() {
    CausalLanguageModel base = new CausalLanguageModel(config, parameters, true);
    base.computeIn(computeType);
    return base;
  }

  /** Adds the low-rank updates to the weights for good. Does nothing where there are none. */
  public void mergeAdapter() {
    adapter.ifPresent(
        lora -> {
          try (Autograd.Scope quiet = Autograd.gradMode(false)) {
            for (String module : lora.modules()) {
              try (NDManager scratch = parameters.manager().newSubManager()) {
                Arg weight = Arg.of(parameters.get(module + ".weight"));
                script.call(scratch, "assign", weight, Arg.of(merged(scratch, lora, module)));
              }
            }
          }
          lora.close();
          adapter = Optional.empty();
          compileAgain();
        });
  }

  private NDArray merged(NDManager owner, LoraAdapter lora, String module) {
    String name = module + ".weight";
    return script.callForOne(
        owner,
        config.isStoredTransposed(name) ? "merged_conv1d" : "merged_linear",
        Arg.of(parameters.get(name)),
        Arg.of(lora.a(module)),
        Arg.of(lora.b(module)));
  }

  // -- files -----------------------------------------------------------------------------------

  /**
   * Loads a model from a folder in Hugging Face's layout: {@code config.json} and {@code
   * model.safetensors}, or the shards that its {@code .index.json} names (float32, float16 or
   * bfloat16; widened to float32); or an adapter in PEFT's layout, with the model that it names as
   * its base.
   *
   * @throws InvalidModelException if a file or a weight is missing, misshaped or unknown, or the
   *     config asks for what is not supported
   */
  public static CausalLanguageModel load(Path folder, Device device) throws IOException {
    Optional<Path> base = AdapterFolder.baseOf(folder);
    return base.isPresent() ? loadAdapter(folder, base.get(), device) : loadWhole(folder, device);
  }

  /**
   * Loads an adapter on a given base, whatever path its file names: folders are moved.
   *
   * @throws InvalidModelException as {@link #load}
   */
  public static CausalLanguageModel loadAdapter(Path folder, Path base, Device device)
      throws IOException {
    CausalLanguageModel model = load(base, device);
    try {
      model.mergeAdapter();
      model.adapter =
          Optional.of(LoraAdapter.load(folder, model.config, model.parameters.manager()));
      model.compileAgain();
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static CausalLanguageModel loadWhole(Path folder, Device device) throws IOException {
    ModelConfig config = ModelConfig.load(folder);
    ParameterStore parameters = new ParameterStore(device);
    try (WeightFiles weights = WeightFiles.open(folder, config::isConstant)) {
      fill(parameters, config, weights);
      return new CausalLanguageModel(config, parameters, false);
    } catch (IOException | RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  private static void fill(ParameterStore parameters, ModelConfig config, WeightFiles weights) {
    Map<String, Shape> shapes = config.weights();
    Set<String> unread = new TreeSet<>(weights.names());
    for (Map.Entry<String, Shape> weight : shapes.entrySet()) {
      String name = weights.nameOf(weight.getKey(), config);
      Shape found = weights.shape(name);
      if (!found.equals(weight.getValue())) {
        throw new InvalidModelException(
            "%s: weight %s has shape %s, but config.json asks for %s"
                .formatted(weights.named(), name, found, weight.getValue()));
      }
      parameters.add(weight.getKey(), weights.loadFloats(parameters.manager(), name));
      unread.remove(name);
    }
    if (config.tieWordEmbeddings() && unread.remove(config.untiedHead())) {
      requireTied(parameters, config, weights);
    }
    if (!unread.isEmpty()) {
      throw new InvalidModelException(
          weights.named()
              + ": weights that this model does not have: "
              + String.join(", ", unread));
    }
  }

  private static void requireTied(
      ParameterStore parameters, ModelConfig config, WeightFiles weights) {
    try (NDManager scratch = parameters.manager().newSubManager()) {
      NDArray head = weights.loadFloats(scratch, config.untiedHead());
      NDArray embedding = parameters.get(config.tokenEmbedding());
      if (!head.contentEquals(embedding)) {
        throw new InvalidModelException(
            "%s: %s differs from %s, but config.json says tie_word_embeddings; set it to false"
                .formatted(weights.named(), config.untiedHead(), config.tokenEmbedding()));
      }
    }
  }

  /**
   * A model with random weights, by its family's scheme: normal, biases 0, norms 1.
   *
   * @param seed the same seed gives the same weights on every machine
   */
  public static CausalLanguageModel random(ModelConfig config, long seed, Device device) {
    ParameterStore parameters = new ParameterStore(device);
    Random random = new Random(seed);
    for (Map.Entry<String, Shape> weight : config.weights().entrySet()) {
      String name = weight.getKey();
      double deviation = config.initialDeviation(name);
      float constant = config.initialConstant(name);
      FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(weight.getValue().size()));
      while (values.hasRemaining()) {
        values.put(deviation == 0 ? constant : (float) (deviation * random.nextGaussian()));
      }
      parameters.add(name, parameters.manager().create(values.flip(), weight.getValue()));
    }
    return new CausalLanguageModel(config, parameters, false);
  }

  /**
   * Saves {@code config.json}, {@code model.safetensors}, the tokenizer and its {@link SideFiles}
   * so that both this class and Hugging Face's transformers load the folder, and stop where the
   * tokenizer ends a text. Low-rank updates are added to the weights that are written.
   *
   * @param folder created if absent; files in it are replaced
   * @param tokenizerJson a {@code tokenizer.json} or a folder that holds one
   */
  public void save(Path folder, Path tokenizerJson) throws IOException {
    config.save(folder, saveSideFiles(folder, tokenizerJson));
    Map<String, String> adapted = new HashMap<>();
    adapter.ifPresent(lora -> lora.modules().forEach(m -> adapted.put(m + ".weight", m)));
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      Safetensors.writeEach(
          folder.resolve(WeightFiles.WHOLE),
          config.weights(),
          (scratch, name) ->
              adapted.containsKey(name)
                  ? merged(scratch, adapter.orElseThrow(), adapted.get(name))
                  : parameters.get(name),
          parameters.manager(),
          Map.of("format", "pt"));
    }
  }

  private EndOfText saveSideFiles(Path folder, Path tokenizerJson) throws IOException {
    Files.createDirectories(folder);
    EndOfText end = Tokenizer.copy(tokenizerJson, folder);
    SideFiles.writeMissingGeneration(end, config.json(), folder);
    return end;
  }

  /**
   * Saves the low-rank updates alone, in PEFT's layout, with the tokenizer and its {@link
   * SideFiles}.
   *
   * @param base folder of the model without them, which the adapter will name
   * @throws IllegalStateException if there are none
   */
  public void saveAdapter(Path folder, Path tokenizerJson, Path base) throws IOException {
    LoraAdapter lora =
        adapter.orElseThrow(() -> new IllegalStateException("the model is not adapted"));
    saveSideFiles(folder, tokenizerJson);
    lora.save(folder, config, base);
  }

  /** The weights; owned by the model. */
  public ParameterStore parameters() {
    return parameters;
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /** The architecture's compiled methods. */
  TorchScriptModule script() {
    return script;
  }

  /** The weights that each of them takes, in order. */
  public List<NDArray> weights() {
    if (adapter.isEmpty()) {
      return parameters.tensors();
    }
    List<NDArray> all = new ArrayList<>(parameters.tensors());
    all.addAll(adapter.get().parameters().tensors());
    return all;
  }

  /**
   * Computes a batch; where gradient mode is on, so that it can be differentiated.
   *
   * @param step owner of the pass's tensors
   * @throws IllegalArgumentException if a position or a token lies outside the model
   */
  public ForwardPass forward(NDManager step, TokenBatch batch, ForwardOptions options) {
    requireInside(batch);
    return new ForwardPass(this, step, batch, options);
  }

  /** The same with everything computed once. */
  public ForwardPass forward(NDManager step, TokenBatch batch) {
    return forward(step, batch, ForwardOptions.DEFAULT);
  }

  /** Refuses a tokenizer that is another model's: {@link SharedVocabulary#require}. */
  public void requireEmbeds(Tokenizer tokenizer) {
    SharedVocabulary.require(config, tokenizer);
  }

  private void requireInside(TokenBatch batch) {
    for (int i = 0; i < batch.tokens().length; i++) {
      if (batch.positions()[i] < 0 || batch.positions()[i] >= config.positions()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Row %d has a token at position %d, but the model has %d positions; shorten the text",
                i / batch.length(),
                batch.positions()[i],
                config.positions()));
      }
      if (batch.tokens()[i] < 0 || batch.tokens()[i] >= config.vocabSize()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Row %d holds token %d, but the model's vocabulary has %d (vocab_size); the tokenizer is another model's",
                i / batch.length(),
                batch.tokens()[i],
                config.vocabSize()));
      }
    }
  }

  /** Frees the weights and the compiled code. */
  @Override
  public void close() {
    script.close();
    adapter.ifPresent(LoraAdapter::close);
    if (!borrowed) {
      parameters.close();
    }
  }
}
