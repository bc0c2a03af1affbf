package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One batch on its way through a model and, where gradient mode was on, back: hidden states once,
 * log-probabilities and logits of the places that a loss asks for, and after the loss has been
 * differentiated the rest of the way to the weights.
 *
 * <p>Ownership: everything belongs to the step's manager. One thread at a time.
 */
public final class ForwardPass {
  private final CausalLanguageModel model;
  private final NDManager step;
  private final int vocabularyChunk;
  private final boolean everywhere;
  private final int places;
  private final Arg tokens;
  private final Arg positions;
  private final Arg end;
  private final Arg weights;

  /** What goes into each block, where activations are computed again. */
  private Optional<List<NDArray>> given = Optional.empty();

  /** Where the graph below {@link #hidden} was cut, the states that it computed. */
  private Optional<NDArray> below = Optional.empty();

  private final NDArray hidden;
  private final List<Chunked> chunked = new ArrayList<>();

  /** Log-probabilities whose graph was cut. */
  private record Chunked(NDArray leaf, Arg rows, Arg targets) {}

  ForwardPass(CausalLanguageModel model, NDManager step, TokenBatch batch, ForwardOptions options) {
    this.model = model;
    this.step = step;
    Shape shape = new Shape(batch.rows(), batch.length());
    this.tokens = Arg.of(step.create(batch.tokens(), shape));
    this.positions = Arg.of(step.create(batch.positions(), shape));
    this.end = Arg.of(step.create(batch.end(), shape));
    this.weights = Arg.of(model.weights());
    this.everywhere = options.vocabularyRows() == ForwardOptions.VocabularyRows.ALL;
    this.places = batch.rows() * batch.length();
    boolean recording = Autograd.isRecording();
    this.vocabularyChunk = options.chunk(recording);
    if (recording && options.activationRecomputation()) {
      try (Autograd.Scope quiet = Autograd.gradMode(false)) {
        NDList recorded =
            model.script().call(step, "recorded_hidden", tokens, positions, end, weights);
        NDArray last = recorded.remove(recorded.size() - 1);
        this.given = Optional.of(List.copyOf(recorded));
        this.hidden = leaf(last);
      }
    } else {
      NDArray computed =
          batch.isPlainlyCausal()
              ? model.script().callForOne(step, "causal_hidden", tokens, positions, weights)
              : model.script().callForOne(step, "tree_hidden", tokens, positions, end, weights);
      if (recording && vocabularyChunk > 0) {
        this.below = Optional.of(computed);
        this.hidden = leaf(computed);
      } else {
        this.hidden = computed;
      }
    }
  }

  private NDArray leaf(NDArray tensor) {
    return model.script().callForOne(step, "leaf", Arg.of(tensor));
  }

  /**
   * The last layer's normalised hidden states {@code [B, T, C]} float32; places of padding hold
   * numbers without meaning.
   */
  public NDArray hidden() {
    return hidden;
  }

  /**
   * Log-probabilities of chosen next tokens: the projection to the vocabulary runs on the asked
   * places only, and once for a place and token that are asked for more than once.
   *
   * @param rows N indices into the flattened {@code [B * T]} places
   * @param targets N tokens, each the one after its place
   * @return {@code [N]} float32, natural logarithm
   */
  public NDArray selectedLogProbs(long[] rows, long[] targets) {
    if (rows.length != targets.length) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "%d places but %d target tokens; give one for each",
              rows.length,
              targets.length));
    }
    Distinct distinct = Distinct.of(rows, targets, everywhere ? places : 0);
    Arg uniqueRows = Arg.of(step.create(distinct.rows));
    Arg uniqueTargets = Arg.of(step.create(distinct.targets));
    if (vocabularyChunk == 0) {
      return distinct.each(
          model,
          step,
          model
              .script()
              .callForOne(
                  step, "selected_log_probs", Arg.of(hidden), uniqueRows, uniqueTargets, weights));
    }
    NDArray values;
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      values =
          model
              .script()
              .callForOne(
                  step,
                  "chunked_log_probs",
                  Arg.of(hidden),
                  uniqueRows,
                  uniqueTargets,
                  Arg.of(step.create((long) vocabularyChunk)),
                  weights);
    }
    if (!Autograd.isRecording()) {
      return distinct.each(model, step, values);
    }
    NDArray leaf = leaf(values);
    chunked.add(new Chunked(leaf, uniqueRows, uniqueTargets));
    return distinct.each(model, step, leaf);
  }

  /**
   * Next-token logits of the asked places.
   *
   * @param rows N indices into the flattened {@code [B * T]} places
   * @return {@code [N, V]} float32
   */
  public NDArray logits(long[] rows) {
    Distinct distinct = Distinct.of(rows, new long[rows.length], everywhere ? places : 0);
    return distinct.each(
        model,
        step,
        model
            .script()
            .callForOne(
                step, "logits", Arg.of(hidden), Arg.of(step.create(distinct.rows)), weights));
  }

  /**
   * Takes the gradients on to the weights, where {@link ForwardOptions} cut the graph. Call it
   * once, after the loss that hangs on this pass has been differentiated, in gradient mode.
   */
  public void backward() {
    for (Chunked part : chunked) {
      model
          .script()
          .call(
              step,
              "chunked_backward",
              Arg.of(hidden),
              part.rows,
              part.targets,
              Arg.of(step.create((long) vocabularyChunk)),
              Arg.of(gradient(part.leaf)),
              weights);
    }
    if (given.isPresent()) {
      model
          .script()
          .call(
              step,
              "recomputed_backward",
              tokens,
              positions,
              end,
              Arg.of(given.get()),
              Arg.of(gradient(hidden)),
              weights);
    } else if (below.isPresent()) {
      model.script().call(step, "backward_from", Arg.of(below.get()), Arg.of(hidden));
    }
  }

  private NDArray gradient(NDArray leaf) {
    return model.script().callForOne(step, "gradient", Arg.of(leaf));
  }

  /** Pairs of a place and a token without repetition, and which of them each asked pair is. */
  private record Distinct(long[] rows, long[] targets, long[] number) {
    private record Pair(long row, long target) {}

    /** The asked pairs, and behind them the first {@code places} places that none asks for. */
    static Distinct of(long[] rows, long[] targets, int places) {
      Map<Pair, Integer> numbers = new LinkedHashMap<>();
      long[] number = new long[rows.length];
      for (int i = 0; i < rows.length; i++) {
        int next = numbers.size();
        Integer known = numbers.putIfAbsent(new Pair(rows[i], targets[i]), next);
        number[i] = known == null ? next : known;
      }
      Set<Long> asked = numbers.keySet().stream().map(Pair::row).collect(Collectors.toSet());
      for (long row = 0; row < places; row++) {
        if (!asked.contains(row)) {
          numbers.put(new Pair(row, 0), numbers.size());
        }
      }
      return new Distinct(
          numbers.keySet().stream().mapToLong(Pair::row).toArray(),
          numbers.keySet().stream().mapToLong(Pair::target).toArray(),
          number);
    }

    private boolean isEachOnce() {
      return rows.length == number.length
          && (number.length == 0 || number[number.length - 1] == number.length - 1);
    }

    /** Spreads values of the distinct pairs over all asked ones. */
    NDArray each(CausalLanguageModel model, NDManager step, NDArray values) {
      if (isEachOnce()) {
        return values;
      }
      return model.script().callForOne(step, "each", Arg.of(values), Arg.of(step.create(number)));
    }
  }
}
