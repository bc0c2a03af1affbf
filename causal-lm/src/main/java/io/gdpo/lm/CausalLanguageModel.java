package io.gdpo.lm;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.safetensors.Safetensors;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * A GPT-2 language model: tokens to hidden states, hidden states to log-probabilities,
 * differentiable where gradient mode is on ({@link io.gdpo.lm.script.Autograd}).
 *
 * <p>Ownership: the model owns its weights ({@link #parameters}) and its compiled code until {@link
 * #close}. What {@link #hidden} returns belongs to the step's manager; what is computed from hidden
 * states belongs to their manager. Close the step's manager to free a step's graph.
 *
 * <p>Threads: several threads may compute with one model while none changes its weights.
 */
public final class CausalLanguageModel implements AutoCloseable {
  static final String WEIGHTS_FILE = "model.safetensors";

  private final ModelConfig config;
  private final ParameterStore parameters;
  private final TorchScriptModule gpt2;

  private CausalLanguageModel(ModelConfig config, ParameterStore parameters) {
    this.config = config;
    this.parameters = parameters;
    this.gpt2 =
        TorchScript.loadResource(
            parameters.manager(),
            CausalLanguageModel.class,
            "gpt2.py",
            "Gpt2",
            Map.of(
                "n_layer", config.nLayer(),
                "n_head", config.nHead(),
                "layer_norm_epsilon", config.layerNormEpsilon(),
                "tie_word_embeddings", config.tieWordEmbeddings()));
  }

  /**
   * Loads a model from a folder in Hugging Face's layout: {@code config.json} and {@code
   * model.safetensors} (float32, float16 or bfloat16; widened to float32).
   *
   * @throws InvalidModelException if a file or a weight is missing, misshaped or unknown, or the
   *     config asks for what is not supported
   */
  public static CausalLanguageModel load(Path folder, Device device) throws IOException {
    ModelConfig config = ModelConfig.load(folder);
    Path file = folder.resolve(WEIGHTS_FILE);
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          folder
              + " has no "
              + WEIGHTS_FILE
              + "; weights are read from one safetensors file (save_pretrained(folder,"
              + " safe_serialization=True) writes it)");
    }
    ParameterStore parameters = new ParameterStore(device);
    try (Safetensors weights = Safetensors.open(file)) {
      fill(parameters, config, weights, file);
      return new CausalLanguageModel(config, parameters);
    } catch (IOException | RuntimeException e) {
      parameters.close();
      throw e;
    }
  }

  private static void fill(
      ParameterStore parameters, ModelConfig config, Safetensors weights, Path file) {
    Map<String, Shape> shapes = Gpt2Weights.shapes(config);
    Set<String> unread = new TreeSet<>(weights.names());
    unread.removeIf(Gpt2Weights::isMask);
    for (Map.Entry<String, Shape> weight : shapes.entrySet()) {
      String name = nameInFile(weight.getKey(), weights, file);
      Shape found = weights.shape(name);
      if (!found.equals(weight.getValue())) {
        throw new InvalidModelException(
            "%s: weight %s has shape %s, but config.json asks for %s"
                .formatted(file, name, found, weight.getValue()));
      }
      parameters.add(weight.getKey(), weights.loadFloats(parameters.manager(), name));
      unread.remove(name);
    }
    if (config.tieWordEmbeddings() && unread.remove(Gpt2Weights.HEAD)) {
      requireTied(parameters, weights, file);
    }
    if (!unread.isEmpty()) {
      throw new InvalidModelException(
          file + ": weights that this model does not have: " + String.join(", ", unread));
    }
  }

  private static String nameInFile(String name, Safetensors weights, Path file) {
    if (weights.names().contains(name)) {
      return name;
    }
    String bare =
        name.startsWith(Gpt2Weights.PREFIX) ? name.substring(Gpt2Weights.PREFIX.length()) : name;
    if (weights.names().contains(bare)) {
      return bare;
    }
    throw new InvalidModelException(
        "%s: weight %s is missing (%d weights are there)"
            .formatted(file, name, weights.names().size()));
  }

  private static void requireTied(ParameterStore parameters, Safetensors weights, Path file) {
    try (NDManager scratch = parameters.manager().newSubManager()) {
      NDArray head = weights.loadFloats(scratch, Gpt2Weights.HEAD);
      NDArray embedding = parameters.get(Gpt2Weights.TOKEN_EMBEDDING);
      if (!head.contentEquals(embedding)) {
        throw new InvalidModelException(
            "%s: %s differs from %s, but config.json says tie_word_embeddings; set it to false"
                .formatted(file, Gpt2Weights.HEAD, Gpt2Weights.TOKEN_EMBEDDING));
      }
    }
  }

  /**
   * A model with random weights, GPT-2's scheme: normal with the config's standard deviation, those
   * that write to the residual stream scaled by {@code 1 / sqrt(2 * layers)}, biases 0, norms 1.
   *
   * @param seed the same seed gives the same weights on every machine
   */
  public static CausalLanguageModel random(ModelConfig config, long seed, Device device) {
    ParameterStore parameters = new ParameterStore(device);
    Random random = new Random(seed);
    for (Map.Entry<String, Shape> weight : Gpt2Weights.shapes(config).entrySet()) {
      String name = weight.getKey();
      double deviation = Gpt2Weights.initialDeviation(name, config);
      float constant = Gpt2Weights.initialConstant(name);
      FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(weight.getValue().size()));
      while (values.hasRemaining()) {
        values.put(deviation == 0 ? constant : (float) (deviation * random.nextGaussian()));
      }
      parameters.add(name, parameters.manager().create(values.flip(), weight.getValue()));
    }
    return new CausalLanguageModel(config, parameters);
  }

  /**
   * Saves {@code config.json}, {@code model.safetensors} and {@code tokenizer.json} so that both
   * this class and Hugging Face's transformers load the folder.
   *
   * @param folder created if absent; files in it are replaced
   * @param tokenizerJson a {@code tokenizer.json} or a folder that holds one; a {@code
   *     tokenizer_config.json} beside it goes along
   */
  public void save(Path folder, Path tokenizerJson) throws IOException {
    Files.createDirectories(folder);
    Tokenizer.copy(tokenizerJson, folder);
    config.save(folder);
    Safetensors.write(folder.resolve(WEIGHTS_FILE), parameters.byName(), Map.of("format", "pt"));
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
  TorchScriptModule gpt2() {
    return gpt2;
  }

  /**
   * The last layer's normalised hidden states of a batch.
   *
   * @param step owner of the result and of the inputs made for it
   * @return {@code [B, T, C]} float32; places of padding hold numbers without meaning
   * @throws IllegalArgumentException if a position or a token lies outside the model
   */
  public NDArray hidden(NDManager step, TokenBatch batch) {
    requireInside(batch);
    Shape shape = new Shape(batch.rows(), batch.length());
    Arg tokens = Arg.of(step.create(batch.tokens(), shape));
    Arg positions = Arg.of(step.create(batch.positions(), shape));
    Arg weights = Arg.of(parameters.tensors());
    if (batch.isPlainlyCausal()) {
      return gpt2.callForOne(step, "causal_hidden", tokens, positions, weights);
    }
    Arg branch = Arg.of(step.create(batch.branch(), shape));
    return gpt2.callForOne(step, "tree_hidden", tokens, positions, branch, weights);
  }

  private void requireInside(TokenBatch batch) {
    for (int i = 0; i < batch.tokens().length; i++) {
      if (batch.positions()[i] < 0 || batch.positions()[i] >= config.nPositions()) {
        throw new IllegalArgumentException(
            "Row %d has a token at position %d, but the model has %d positions (n_positions); shorten the text"
                .formatted(i / batch.length(), batch.positions()[i], config.nPositions()));
      }
      if (batch.tokens()[i] < 0 || batch.tokens()[i] >= config.vocabSize()) {
        throw new IllegalArgumentException(
            "Row %d holds token %d, but the model's vocabulary has %d (vocab_size); the tokenizer is another model's"
                .formatted(i / batch.length(), batch.tokens()[i], config.vocabSize()));
      }
    }
  }

  /**
   * Log-probabilities of chosen next tokens: the projection to the vocabulary runs on the asked
   * places only.
   *
   * @param hidden {@code [B, T, C]}
   * @param rows N indices into the flattened {@code [B * T]} places
   * @param targets N tokens, each the one after its place
   * @return {@code [N]} float32, natural logarithm, owned by {@code hidden}'s manager
   */
  public NDArray selectedLogProbs(NDArray hidden, long[] rows, long[] targets) {
    if (rows.length != targets.length) {
      throw new IllegalArgumentException(
          "%d places but %d target tokens; give one for each"
              .formatted(rows.length, targets.length));
    }
    NDManager step = hidden.getManager();
    return gpt2.callForOne(
        step,
        "selected_log_probs",
        Arg.of(hidden),
        Arg.of(step.create(rows)),
        Arg.of(step.create(targets)),
        Arg.of(parameters.tensors()));
  }

  /**
   * Next-token logits of the asked places.
   *
   * @param hidden {@code [B, T, C]}
   * @param rows N indices into the flattened {@code [B * T]} places
   * @return {@code [N, V]} float32, owned by {@code hidden}'s manager
   */
  public NDArray logits(NDArray hidden, long[] rows) {
    NDManager step = hidden.getManager();
    return gpt2.callForOne(
        step, "logits", Arg.of(hidden), Arg.of(step.create(rows)), Arg.of(parameters.tensors()));
  }

  /** Frees the weights and the compiled code. */
  @Override
  public void close() {
    gpt2.close();
    parameters.close();
  }
}
