package io.gdpo.lm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.folder.EndOfText;
import io.gdpo.lm.folder.SideFiles;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.InputBuffer;
import io.gdpo.lm.script.TorchScriptModule;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.lm.weights.InitialWeights;
import io.gdpo.lm.weights.ParameterStore;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  private final AdaptedWeights weights;
  private ComputeType computeType = ComputeType.FLOAT32;
  private CompiledModel code;

  private CausalLanguageModel(ModelConfig config, AdaptedWeights weights) {
    this.config = config;
    this.weights = weights;
    try {
      this.code = new CompiledModel(config, weights, computeType);
    } catch (RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private CausalLanguageModel(ModelConfig config, ParameterStore parameters) {
    this(config, AdaptedWeights.owning(config, parameters));
  }

  /**
   * The architecture's methods, compiled once more.
   *
   * @param owner closing it frees the module
   * @param furtherNames of tensors that calls pass after {@link #weights}
   * @param product the source of how a module multiplies by its weight
   */
  public TorchScriptModule compiled(NDManager owner, List<String> furtherNames, String product) {
    return CompiledModel.compiled(config, weights, computeType, owner, furtherNames, product);
  }

  private void compileAgain() {
    code.close();
    code = new CompiledModel(config, weights, computeType);
  }

  /** Tells that weights may have changed since the last passes; none may be on its way back. */
  public void readWeights() {
    code.readWeights();
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
    weights.adapt(lora, seed);
    compileAgain();
  }

  /** Whether low-rank updates are added to the weights. */
  public boolean isAdapted() {
    return weights.updates().isPresent();
  }

  /** What training changes: the low-rank updates where there are any, else the weights. */
  public ParameterStore trainable() {
    return weights.updates().map(LoraAdapter::parameters).orElse(parameters());
  }

  /**
   * This model without its low-rank updates, on the same weights: a reference that costs no memory.
   * Closing it leaves the weights open; it must not outlive this model.
   */
  public CausalLanguageModel base() {
    CausalLanguageModel base = new CausalLanguageModel(config, weights.borrowed());
    base.computeIn(computeType);
    return base;
  }

  /** Adds the low-rank updates to the weights for good. Does nothing where there are none. */
  public void mergeAdapter() {
    if (isAdapted()) {
      weights.merge(code.script());
      compileAgain();
    }
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
      model.weights.adapt(LoraAdapter.load(folder, model.config, model.parameters().manager()));
      model.compileAgain();
      return model;
    } catch (IOException | RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static CausalLanguageModel loadWhole(Path folder, Device device) throws IOException {
    ModelConfig config = ModelConfig.load(folder);
    return new CausalLanguageModel(config, InitialWeights.stored(folder, config, device));
  }

  /**
   * A model with random weights: {@link InitialWeights#random}.
   *
   * @param seed the same seed gives the same weights on every machine
   */
  public static CausalLanguageModel random(ModelConfig config, long seed, Device device) {
    return new CausalLanguageModel(config, InitialWeights.random(config, seed, device));
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
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      Safetensors.writeEach(
          folder.resolve(WeightFiles.WHOLE),
          config.weights(),
          (scratch, name) -> weights.merged(code.script(), scratch, name),
          parameters().manager(),
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
    saveAdapter(folder, tokenizerJson, base.toAbsolutePath().normalize().toString());
  }

  /**
   * The same, where the model without them may lie elsewhere.
   *
   * @param base its folder, or an address by which a {@link io.gdpo.lm.folder.BaseLocator} finds it
   */
  public void saveAdapter(Path folder, Path tokenizerJson, String base) throws IOException {
    LoraAdapter lora =
        weights.updates().orElseThrow(() -> new IllegalStateException("the model is not adapted"));
    saveSideFiles(folder, tokenizerJson);
    lora.save(folder, config, base);
  }

  /** The weights; owned by the model. */
  public ParameterStore parameters() {
    return weights.parameters();
  }

  /** The model's shape. */
  public ModelConfig config() {
    return config;
  }

  /** The architecture's compiled methods. */
  TorchScriptModule script() {
    return code.script();
  }

  CompiledModel code() {
    return code;
  }

  /** The weights that each of them takes, in order. */
  public List<NDArray> weights() {
    return weights.tensors();
  }

  /**
   * What a pass over a batch reads, added to a buffer that is yet to be sent.
   *
   * @throws IllegalArgumentException if a position or a token lies outside the model
   */
  public PassInputs inputs(InputBuffer buffer, TokenBatch batch, ForwardOptions options) {
    batch.requireInside(config.positions(), config.vocabSize());
    return new PassInputs(this, buffer, batch, options);
  }

  /**
   * Computes a batch; where gradient mode is on, so that it can be differentiated.
   *
   * @param step owner of the pass's tensors
   * @throws IllegalArgumentException if a position or a token lies outside the model
   */
  public ForwardPass forward(NDManager step, TokenBatch batch, ForwardOptions options) {
    readWeights();
    InputBuffer buffer = new InputBuffer();
    PassInputs inputs = inputs(buffer, batch, options);
    buffer.send(step);
    return inputs.forward(step);
  }

  /** The same with everything computed once. */
  public ForwardPass forward(NDManager step, TokenBatch batch) {
    return forward(step, batch, ForwardOptions.DEFAULT);
  }

  /** Refuses a tokenizer that is another model's: {@link SharedVocabulary#require}. */
  public void requireEmbeds(Tokenizer tokenizer) {
    SharedVocabulary.require(config, tokenizer);
  }

  /** Frees the weights and the compiled code. */
  @Override
  public void close() {
    code.close();
    weights.close();
  }
}
