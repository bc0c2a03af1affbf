package io.gdpo.lm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Samples continuations of prompts, many at once, keeping the keys and values of past tokens so
 * that each new token costs one position.
 *
 * <p>Each continuation draws from its own random numbers, fixed by the seed, the prompt's index and
 * the sample's number, so that it does not depend on what else is in its batch (up to the rounding
 * of matrix products, which may differ between batch sizes in the last bits).
 *
 * <p>The sampler borrows the model and owns only its small compiled module. One thread at a time.
 */
public final class Sampler implements AutoCloseable {
  private static final int DEFAULT_ROWS = 64;
  private static final long PADDING = TokenBatch.PADDING;

  /** All that comes later sees a token of its own sequence. */
  private static final long SEEN_BY_ALL_AFTER = Long.MAX_VALUE;

  private final CausalLanguageModel model;
  private final int rows;
  private final TorchScriptModule sampling;

  public Sampler(CausalLanguageModel model) {
    this(model, DEFAULT_ROWS);
  }

  /**
   * @param rows continuations computed at once; more are faster and need more memory
   */
  public Sampler(CausalLanguageModel model, int rows) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, is " + rows);
    }
    this.model = model;
    this.rows = rows;
    this.sampling =
        TorchScript.loadResource(
            model.parameters().manager(), Sampler.class, "sampling.py", "Sampling", Map.of());
  }

  /**
   * Samples {@code spec.samples()} continuations of each prompt. A continuation ends before the
   * stop token, after {@code maxNewTokens}, or when the model's positions are used up.
   *
   * @param prompts not empty, and shorter than the model's positions
   * @return for each prompt its continuations, without the prompt and the stop token
   */
  public List<List<long[]>> sample(List<long[]> prompts, SamplingSpec spec) {
    requireUsable(prompts);
    List<List<long[]>> sampled = new ArrayList<>();
    prompts.forEach(prompt -> sampled.add(new ArrayList<>()));
    List<Integer> byLength =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt(index -> prompts.get(index).length))
            .toList();
    int samplesAtOnce = Math.min(rows, spec.samples());
    int promptsAtOnce = rows / samplesAtOnce;
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      for (int from = 0; from < byLength.size(); from += promptsAtOnce) {
        int to = Math.min(byLength.size(), from + promptsAtOnce);
        for (int first = 0; first < spec.samples(); first += samplesAtOnce) {
          int count = Math.min(samplesAtOnce, spec.samples() - first);
          for (Continuation done :
              decode(prompts, byLength.subList(from, to), first, count, spec)) {
            sampled.get(done.promptIndex).add(done.tokens());
          }
        }
      }
    }
    return sampled;
  }

  private void requireUsable(List<long[]> prompts) {
    ModelConfig config = model.config();
    for (int i = 0; i < prompts.size(); i++) {
      long[] prompt = prompts.get(i);
      if (prompt.length == 0) {
        throw new IllegalArgumentException("Prompt " + i + " is empty; give at least one token");
      }
      if (prompt.length >= config.positions()) {
        throw new IllegalArgumentException(
            "Prompt %d has %d tokens and leaves no room: the model has %d positions"
                .formatted(i, prompt.length, config.positions()));
      }
      for (long token : prompt) {
        if (token < 0 || token >= config.vocabSize()) {
          throw new IllegalArgumentException(
              "Prompt %d holds token %d, but the model's vocabulary has %d (vocab_size)"
                  .formatted(i, token, config.vocabSize()));
        }
      }
    }
  }

  /**
   * Decodes {@code count} continuations of each chosen prompt, from number {@code first}; in the
   * order of the prompts, then of the samples.
   */
  private List<Continuation> decode(
      List<long[]> prompts, List<Integer> chosen, int first, int count, SamplingSpec spec) {
    List<long[]> chosenPrompts = chosen.stream().map(prompts::get).toList();
    int width = chosenPrompts.stream().mapToInt(prompt -> prompt.length).max().orElseThrow();
    List<Continuation> all = new ArrayList<>();
    for (int index : chosen) {
      for (int sample = first; sample < first + count; sample++) {
        all.add(new Continuation(index, sample, prompts.get(index).length, spec));
      }
    }
    try (NDManager owner = model.parameters().manager().newSubManager()) {
      NDArray cache = emptyCache(owner, chosenPrompts.size(), width + spec.maxNewTokens());
      long[] promptOfRow = LongStream.range(0, all.size()).map(row -> row / count).toArray();
      try (NDManager step = owner.newSubManager()) {
        NDArray hidden = feedPrompts(step, chosenPrompts, width, cache);
        drawNext(hidden, promptOfRow, all, spec);
      }
      cache = chooseRows(owner, cache, promptOfRow);
      List<Continuation> batch = all;
      for (int used = width; ; used++) {
        long[] going = rowsStillGoing(batch);
        if (going.length == 0) {
          return all;
        }
        if (going.length
            <= batch.size() / 2) { // the ended ones ride along until it pays to drop them
          cache = chooseRows(owner, cache, going);
          batch = LongStream.of(going).mapToInt(Math::toIntExact).mapToObj(batch::get).toList();
        }
        try (NDManager step = owner.newSubManager()) {
          NDArray hidden = feedLast(step, batch, width, used, cache);
          drawNext(hidden, LongStream.range(0, batch.size()).toArray(), batch, spec);
        }
      }
    }
  }

  private static long[] rowsStillGoing(List<Continuation> batch) {
    return IntStream.range(0, batch.size())
        .filter(row -> !batch.get(row).ended)
        .mapToLong(row -> row)
        .toArray();
  }

  private NDArray emptyCache(NDManager owner, int rows, int slots) {
    try (NDManager scratch = owner.newSubManager()) {
      return model
          .script()
          .callForOne(
              owner,
              "empty_cache",
              Arg.of(scratch.zeros(new Shape(rows), DataType.INT64)),
              Arg.of(scratch.create((long) slots)));
    }
  }

  private NDArray chooseRows(NDManager owner, NDArray cache, long[] rows) {
    try (NDManager scratch = owner.newSubManager()) {
      NDArray chosen =
          model
              .script()
              .callForOne(owner, "chosen_cache", Arg.of(cache), Arg.of(scratch.create(rows)));
      cache.close();
      return chosen;
    }
  }

  /** Prompts on the right, padding on the left, so that all continue in the same column. */
  private NDArray feedPrompts(NDManager step, List<long[]> prompts, int width, NDArray cache) {
    int places = prompts.size() * width;
    long[] tokens = new long[places];
    long[] positions = new long[places];
    long[] end = new long[places];
    for (int row = 0; row < prompts.size(); row++) {
      long[] prompt = prompts.get(row);
      int start = row * width + width - prompt.length;
      Arrays.fill(end, row * width, start, PADDING);
      Arrays.fill(end, start, (row + 1) * width, SEEN_BY_ALL_AFTER);
      for (int i = 0; i < prompt.length; i++) {
        tokens[start + i] = prompt[i];
        positions[start + i] = i;
      }
    }
    return feed(step, prompts.size(), tokens, positions, end, cache);
  }

  /** Feeds each continuation's last token into slot {@code used}. */
  private NDArray feedLast(
      NDManager step, List<Continuation> batch, int width, int used, NDArray cache) {
    int slots = used + 1;
    long[] tokens = new long[batch.size()];
    long[] positions = new long[batch.size()];
    long[] end = new long[batch.size() * slots];
    for (int row = 0; row < batch.size(); row++) {
      Continuation continuation = batch.get(row);
      tokens[row] = continuation.lastToken();
      positions[row] = continuation.lastPosition();
      int start = row * slots;
      int first = start + width - continuation.promptLength;
      Arrays.fill(end, start, first, PADDING);
      Arrays.fill(end, first, start + slots, SEEN_BY_ALL_AFTER);
    }
    return feed(step, batch.size(), tokens, positions, end, cache);
  }

  private NDArray feed(
      NDManager step, int rows, long[] tokens, long[] positions, long[] end, NDArray cache) {
    return model
        .script()
        .callForOne(
            step,
            "cached_hidden",
            Arg.of(step.create(tokens, new Shape(rows, tokens.length / rows))),
            Arg.of(step.create(positions, new Shape(rows, positions.length / rows))),
            Arg.of(step.create(end, new Shape(rows, end.length / rows))),
            Arg.of(cache),
            Arg.of(model.weights()));
  }

  /** Draws one token for each continuation, from the hidden state of its row, and appends it. */
  private void drawNext(
      NDArray hidden, long[] rows, List<Continuation> continuations, SamplingSpec spec) {
    long[] next = nextTokens(logits(hidden, rows), continuations, spec).toLongArray();
    for (int i = 0; i < next.length; i++) {
      continuations.get(i).append(next[i]);
    }
  }

  private NDArray logits(NDArray hidden, long[] rows) {
    NDManager step = hidden.getManager();
    return model
        .script()
        .callForOne(
            step, "logits", Arg.of(hidden), Arg.of(step.create(rows)), Arg.of(model.weights()));
  }

  private NDArray nextTokens(NDArray logits, List<Continuation> continuations, SamplingSpec spec) {
    NDManager step = logits.getManager();
    if (spec.temperature() == 0) {
      return sampling.callForOne(step, "most_likely", Arg.of(logits));
    }
    double[] uniform = continuations.stream().mapToDouble(one -> one.random.nextDouble()).toArray();
    return sampling.callForOne(
        step,
        "drawn",
        Arg.of(logits),
        Arg.of(step.create((float) spec.temperature())),
        Arg.of(step.create(uniform)));
  }

  /** One continuation as it grows. */
  private final class Continuation {
    private final int promptIndex;
    private final int promptLength;
    private final long stopTokenId;
    private final Random random;
    private final long[] tokens;
    private int length;
    private long lastToken;
    private boolean ended;

    Continuation(int promptIndex, int sample, int promptLength, SamplingSpec spec) {
      this.promptIndex = promptIndex;
      this.promptLength = promptLength;
      this.stopTokenId = spec.stopTokenId();
      this.random = new Random(mixed(mixed(mixed(spec.seed()) + promptIndex) + sample));
      int room = model.config().positions() - promptLength;
      this.tokens = new long[Math.min(spec.maxNewTokens(), room)];
    }

    /** Takes the next token; a continuation that has ended stays as it is. */
    void append(long token) {
      if (ended) {
        return;
      }
      lastToken = token;
      if (token == stopTokenId) {
        ended = true;
      } else {
        tokens[length++] = token;
        ended = length == tokens.length;
      }
    }

    long lastToken() {
      return lastToken;
    }

    /** An ended continuation may ride along in its batch; its position must stay a valid one. */
    int lastPosition() {
      return Math.min(promptLength + Math.max(0, length - 1), model.config().positions() - 1);
    }

    long[] tokens() {
      return Arrays.copyOf(tokens, length);
    }
  }

  /** SplitMix64's finalizer (Steele et al., 2014): neighbouring seeds give unrelated ones. */
  private static long mixed(long seed) {
    long z = seed + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  /** Frees the compiled module; the model stays open. */
  @Override
  public void close() {
    sampling.close();
  }
}
