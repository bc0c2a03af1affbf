package io.gdpo.lm.sampling;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.IntConsumer;

/**
 * Samples continuations of prompts, many at once, keeping the keys and values of past tokens so
 * that each new token costs one position.
 *
 * <p>Each continuation draws from its own random numbers, fixed by the seed, the prompt's index and
 * the sample's number, so that it does not depend on what else is in its batch (up to the rounding
 * of matrix products, which may differ between batch sizes in the last bits; in bfloat16 those are
 * coarse enough to show now and then).
 *
 * <p>The sampler borrows the model and computes with its weights as they were when the sampler was
 * made; it owns a second copy of most of them, laid out for decoding. One thread at a time.
 */
public final class Sampler implements AutoCloseable {
  private static final int ROWS_ON_CPU = 64;
  private static final int ROWS_ON_GPU = 512;

  private final ModelConfig config;
  private final int rows;
  private final InferenceDecoder decoder;
  private final TorchScriptModule sampling;

  public Sampler(CausalLanguageModel model) {
    this(model, model.parameters().manager().getDevice().isGpu() ? ROWS_ON_GPU : ROWS_ON_CPU);
  }

  /**
   * @param rows continuations computed at once; more are faster and need more memory
   */
  public Sampler(CausalLanguageModel model, int rows) {
    this(model, rows, PassSizes.of(model.parameters().manager().getDevice()));
  }

  Sampler(CausalLanguageModel model, int rows, PassSizes sizes) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, is " + rows);
    }
    this.config = model.config();
    this.rows = rows;
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      this.decoder = new InferenceDecoder(model, sizes);
      this.sampling =
          TorchScript.loadResource(
              decoder.manager(), Sampler.class, "sampling.py", "Sampling", Map.of());
    }
  }

  /**
   * Samples {@code spec.samples()} continuations of each prompt. A continuation ends before a stop
   * token, after {@code maxNewTokens}, or when the model's positions are used up.
   *
   * @param prompts not empty, and shorter than the model's positions
   * @return for each prompt its continuations, without the prompt and the stop token
   * @throws IllegalArgumentException if a prompt is empty, leaves no room, or holds a token that
   *     the model does not have
   * @throws InvalidModelException if the model gives NaN, or infinite logits
   */
  public List<List<long[]>> sample(List<long[]> prompts, SamplingSpec spec) {
    return sample(prompts, spec, ended -> {});
  }

  /**
   * The same.
   *
   * @param progress told at each token how many continuations have ended
   */
  public List<List<long[]>> sample(List<long[]> prompts, SamplingSpec spec, IntConsumer progress) {
    requireUsable(prompts);
    List<PromptGroup.Waiting> all = new ArrayList<>();
    for (int index = 0; index < prompts.size(); index++) {
      long[] prompt = prompts.get(index);
      List<Continuation> continuations = new ArrayList<>();
      for (int sample = 0; sample < spec.samples(); sample++) {
        continuations.add(new Continuation(prompt, index, sample, spec, config.positions()));
      }
      all.add(new PromptGroup.Waiting(prompt, continuations));
    }
    Queue<PromptGroup.Waiting> longestFirst =
        new ArrayDeque<>(
            all.stream()
                .sorted(Comparator.comparingInt(PromptGroup.Waiting::columns).reversed())
                .toList());
    try (Autograd.Scope quiet = Autograd.gradMode(false);
        Decoding decoding = new Decoding(decoder, rows, longestFirst)) {
      decoding.run(
          (float) spec.temperature() != 0,
          (logits, uniform, continuations) -> {
            progress.accept(ended(all));
            return nextTokens(logits, uniform, continuations, spec);
          });
      progress.accept(ended(all));
    }
    return all.stream()
        .map(prompt -> prompt.continuations().stream().map(Continuation::tokens).toList())
        .toList();
  }

  private void requireUsable(List<long[]> prompts) {
    for (int i = 0; i < prompts.size(); i++) {
      long[] prompt = prompts.get(i);
      if (prompt.length == 0) {
        throw new IllegalArgumentException("Prompt " + i + " is empty; give at least one token");
      }
      if (prompt.length >= config.positions()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "Prompt %d has %d tokens and leaves no room: the model has %d positions",
                i,
                prompt.length,
                config.positions()));
      }
      for (long token : prompt) {
        if (token < 0 || token >= config.vocabSize()) {
          throw new IllegalArgumentException(
              String.format(
                  Locale.ROOT,
                  "Prompt %d holds token %d, but the model's vocabulary has %d (vocab_size)",
                  i,
                  token,
                  config.vocabSize()));
        }
      }
    }
  }

  private static int ended(List<PromptGroup.Waiting> prompts) {
    return (int)
        prompts.stream()
            .flatMap(prompt -> prompt.continuations().stream())
            .filter(Continuation::hasEnded)
            .count();
  }

  private long[] nextTokens(
      NDArray logits, NDArray uniform, List<Continuation> continuations, SamplingSpec spec) {
    long[] tokens = drawn(logits, uniform, spec);
    for (int row = 0; row < tokens.length; row++) {
      if (tokens[row] < 0) {
        throw new InvalidModelException(
            String.format(
                Locale.ROOT,
                "the model's logits behind token %d of prompt %d are NaN or infinite, so that no token can be drawn: its weights hold such numbers, or what it computes overflows; train it again with a lower learning_rate, or start from another model",
                continuations.get(row).tokensBefore(),
                continuations.get(row).promptIndex()));
      }
    }
    return tokens;
  }

  private long[] drawn(NDArray logits, NDArray uniform, SamplingSpec spec) {
    NDManager step = logits.getManager();
    if ((float) spec.temperature() == 0) {
      return sampling.callForOne(step, "most_likely", Arg.of(logits)).toLongArray();
    }
    NDManager onHost = step.newSubManager(Device.cpu());
    return sampling
        .callForOne(
            step,
            "drawn",
            Arg.of(logits),
            Arg.of(onHost.create((float) spec.temperature())),
            Arg.of(onHost.create((long) spec.topK())),
            Arg.of(onHost.create(spec.topP())),
            Arg.of(uniform))
        .toLongArray();
  }

  /**
   * Next-token probabilities as this sampler would draw from, for logits {@code [B, V]}.
   *
   * @return {@code [B, V]}, owned by the logits' manager
   */
  NDArray probabilities(NDArray logits, SamplingSpec spec) {
    NDManager onHost = logits.getManager().newSubManager(Device.cpu());
    return sampling.callForOne(
        logits.getManager(),
        "probabilities",
        Arg.of(logits),
        Arg.of(onHost.create((float) spec.temperature())),
        Arg.of(onHost.create((long) spec.topK())),
        Arg.of(onHost.create(spec.topP())));
  }

  /** Frees the compiled modules and the prepared weights; the model stays open. */
  @Override
  public void close() {
    decoder.close();
  }
}
