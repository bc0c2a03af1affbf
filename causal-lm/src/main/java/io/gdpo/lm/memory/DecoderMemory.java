package io.gdpo.lm.memory;

import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.GatedConfig;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.ForwardOptions;
import io.gdpo.lm.sampling.Decoding;
import io.gdpo.lm.sampling.Sampler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a decoder's tensors take, in bytes, told from its shape before any of them is made.
 *
 * <p>All families are pre-norm residual blocks, so one formula serves them. P places, C width, A
 * width of all query heads together, M inner width, e bytes of the number format of products (4 or
 * 2). For the way back a block keeps, for each place:
 *
 * <ul>
 *   <li>the residual stream in front of each of its two norms, 4 * 2C; a root-mean-square norm
 *       keeps the normalised values too, 4 * 2C more;
 *   <li>what the products read: both norms' outputs, e * 2C; attention's output, e * A;
 *   <li>queries, and keys and values repeated for the heads that share them, e * 3A (attention's
 *       scores are computed tile by tile and again on the way back, never kept);
 *   <li>the feed-forward layer before and after its activation, e * 2M; a gated one keeps gate,
 *       activated gate, the other half and their product, e * 4M;
 *   <li>with low-rank updates, x A' of each adapted module, e * rank;
 * </ul>
 *
 * On the way back through it live, beside that, gradients of the stream (4 * 2C) and of the
 * feed-forward layer (e * 2M, gated e * 3M) for each place, and that of its largest matrix before
 * it is added up.
 *
 * <p>The vocabulary: for n places held at once (all that are asked for, or a chunk), the softmax,
 * its gradient and the logits' gradient, 4 * 3nV, while the projection's gradient of the other call
 * that read it waits, 4VC; or, if more, 4nV and those gradients of both calls, 4 * 2VC. A tied
 * embedding's gradient waits, 4VC, until the way back has come to the embedding, where another 4VC
 * joins it.
 *
 * <p>Where products are not in float32, what they read of the weights is there once more in their
 * format, and on the way back its gradient, as large.
 *
 * @param config the model's shape
 * @param type number format of products
 * @param lora its low-rank updates; all weights are trained if empty
 * @param options what a pass computes again instead of keeping
 */
public record DecoderMemory(
    ModelConfig config, ComputeType type, Optional<LoraConfig> lora, ForwardOptions options) {
  private static final Pattern BLOCK = Pattern.compile(".*?\\.(\\d+)\\..*");
  private static final long FLOAT = Float.BYTES;

  /**
   * Bytes that live at the worst moment of a pass.
   *
   * @param activations of the blocks, and masks
   * @param vocabulary logits, their gradients, and those of the embeddings
   */
  public record Pass(long activations, long vocabulary) {
    /** Both together. */
    public long total() {
      return activations + vocabulary;
    }

    private static Pass larger(Pass one, Pass other) {
      return one.total() >= other.total() ? one : other;
    }
  }

  /**
   * The size of a batch.
   *
   * @param rows B
   * @param length T, places of a row
   * @param asked places whose next token's log-probability is asked for
   * @param whole places whose logits are asked for, which are never made in chunks
   */
  public record Batch(long rows, long length, long asked, long whole) {
    private long places() {
      return rows * length;
    }

    private long pairs() {
      return rows * length * length;
    }
  }

  /** The weights in float32, low-rank updates included, and what products read of them. */
  public long weights() {
    return bytes(config.weights().values()) + copies() + (lora.isPresent() ? trained() : 0);
  }

  /** What products read of the weights, in their format; 0 where that is the weights themselves. */
  private long copies() {
    if (type == ComputeType.FLOAT32) {
      return 0;
    }
    return config.products().stream()
        .flatMap(module -> Stream.of(module + ".weight", module + ".bias"))
        .filter(config.weights()::containsKey)
        .mapToLong(weight -> type.bytes() * config.weights().get(weight).size())
        .sum();
  }

  /** That part of {@link #weights} that training changes. */
  public long trained() {
    return lora.map(adapted -> bytes(adapters(adapted).values()))
        .orElseGet(() -> bytes(config.weights().values()));
  }

  private Map<String, Shape> adapters(LoraConfig adapted) {
    return LoraAdapter.shapes(adapted, adapted.modules(config), config);
  }

  private static long bytes(Iterable<Shape> shapes) {
    long bytes = 0;
    for (Shape shape : shapes) {
      bytes += FLOAT * shape.size();
    }
    return bytes;
  }

  /** A pass in gradient mode and its way back. */
  public Pass differentiated(Batch batch) {
    boolean again = options.activationRecomputation();
    boolean cut = again || options.vocabularyChunk() > 0;
    boolean headTrained = lora.isEmpty();
    long stream = FLOAT * batch.places() * config.width();
    long kept = mask(batch) + 2 * stream + FLOAT * batch.asked() * config.width();
    kept += again ? (config.layers() + 1) * stream : config.layers() * block(batch);
    kept += headTrained ? copies() : 0; // their gradients
    long waiting = headTrained && config.tieWordEmbeddings() && !cut ? head() : 0;
    Pass atVocabulary = new Pass(kept, vocabulary(batch, headTrained ? (cut ? 1 : 2) * head() : 0));
    Pass atBlock = new Pass(kept + (again ? block(batch) : 0) + blockGradients(batch), waiting);
    Pass atEmbedding = new Pass(2 * stream, headTrained ? head() + waiting : 0);
    return Pass.larger(Pass.larger(atVocabulary, atBlock), atEmbedding);
  }

  /** A pass without a way back. */
  public Pass computed(Batch batch) {
    long makingMask = (2L * type.bytes() + 1) * batch.pairs();
    long inner = (isGated() ? 3L : 2L) * config.innerWidth();
    long perPlace = FLOAT * 2 * config.width() + type.bytes() * (config.width() + inner);
    long atBlock = mask(batch) + batch.places() * perPlace;
    long atOnce = Math.min(batch.asked(), options.chunk(false)) + batch.whole();
    long logits = 2 * FLOAT * atOnce * config.vocabSize();
    long hidden = FLOAT * batch.places() * config.width();
    return Pass.larger(
        new Pass(Math.max(makingMask, atBlock), 0), new Pass(mask(batch) + hidden, logits));
  }

  /**
   * What a {@link Sampler} holds beside the model.
   *
   * @param prepared the weights of products once more, as decoding reads them
   * @param cache keys and values
   * @param activations of the prompts
   * @param vocabulary a step's logits and what the draw computes of them: the probabilities, and
   *     twice in float64 their cumulative sums
   */
  public record Sampling(long prepared, long cache, long activations, long vocabulary) {}

  /**
   * Sampling without a way back.
   *
   * @param rows continuations at once
   * @param longestPrompt in tokens
   * @param longest prompt and continuation together
   * @param sizes that the device wants
   */
  public Sampling sampled(long rows, long longestPrompt, long longest, PassSizes sizes) {
    long products =
        config.products().stream()
            .mapToLong(module -> config.weights().get(module + ".weight").size())
            .sum();
    long ofToken =
        2L * type.bytes() * config.layers() * config.keyValueHeads() * config.headWidth();
    long columns = sizes.length(Math.toIntExact(longestPrompt));
    long prompts = Math.max(1, sizes.tokensOr(Decoding.PROMPT_PLACES) / Math.max(1, columns));
    long lead = sizes.multiple() - 1L;
    Pass ofPrompts = computed(new Batch(prompts, columns, 0, 0));
    return new Sampling(
        type.bytes() * products,
        ofToken * (rows * (lead + longest + Decoding.SLACK) + prompts * columns),
        ofPrompts.activations(),
        (2 * FLOAT + 2 * Double.BYTES) * rows * config.vocabSize());
  }

  private long mask(Batch batch) {
    return type.bytes() * batch.pairs();
  }

  /** What one block keeps. */
  private long block(Batch batch) {
    long width = config.width();
    boolean gated = isGated();
    long floats = (gated ? 4 : 2) * width;
    long inProducts = 2 * width + 4 * attentionWidth() + (gated ? 4L : 2L) * config.innerWidth();
    inProducts += lora.map(l -> (long) l.rank() * l.modules(config).size()).orElse(0L) / layers();
    return batch.places() * (FLOAT * floats + type.bytes() * inProducts);
  }

  /** What lives on the way back through one block, beside what it keeps. */
  private long blockGradients(Batch batch) {
    long inner = (isGated() ? 3L : 2L) * config.innerWidth();
    long perPlace = FLOAT * 2 * config.width() + type.bytes() * inner;
    long largest = matrices().stream().mapToLong(Shape::size).max().orElse(0);
    return batch.places() * perPlace + (lora.isEmpty() ? FLOAT * largest : 0);
  }

  private long vocabulary(Batch batch, long headGradients) {
    long chunk = options.vocabularyChunk();
    long atOnce = chunk == 0 ? batch.asked() : Math.min(batch.asked(), chunk);
    long logits = FLOAT * config.vocabSize() * (atOnce + batch.whole());
    long waiting = headGradients > 0 && batch.whole() > 0 ? head() : 0;
    return Math.max(3 * logits + waiting, logits + headGradients);
  }

  /** A gradient of the projection to the vocabulary. */
  private long head() {
    return FLOAT * config.vocabSize() * config.width();
  }

  private long layers() {
    return Math.max(1, config.layers());
  }

  /** The matrices of one block. */
  private List<Shape> matrices() {
    return config.weights().entrySet().stream()
        .filter(weight -> weight.getValue().dimension() == 2 && isOfFirstBlock(weight.getKey()))
        .map(Map.Entry::getValue)
        .toList();
  }

  private static boolean isOfFirstBlock(String weight) {
    Matcher block = BLOCK.matcher(weight);
    return block.matches() && block.group(1).equals("0");
  }

  /** Whether the feed-forward layer has a third matrix; norms are root-mean-square there. */
  private boolean isGated() {
    return config instanceof GatedConfig;
  }

  private long attentionWidth() {
    return (long) config.heads() * config.headWidth();
  }
}
