package io.gdpo.lm.model;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.InputBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
  private final PassInputs inputs;
  private final Arg tokens;
  private final Arg positions;
  private final Arg end;
  private final Arg weights;

  /** What stands for copies of weights, and gets their gradients. */
  private final List<NDArray> leaves;

  /** What goes into each block, where activations are computed again. */
  private Optional<List<NDArray>> given = Optional.empty();

  /** Where the graph below {@link #hidden} was cut, the states that it computed. */
  private Optional<NDArray> below = Optional.empty();

  private final NDArray hidden;
  private final List<Chunked> chunked = new ArrayList<>();

  /** Log-probabilities whose graph was cut. */
  private record Chunked(NDArray leaf, Arg rows, Arg targets) {}

  ForwardPass(
      CausalLanguageModel model, NDManager step, PassInputs inputs, ForwardOptions options) {
    this.model = model;
    this.step = step;
    this.inputs = inputs;
    this.tokens = Arg.of(inputs.tokens());
    this.positions = Arg.of(inputs.positions());
    this.end = Arg.of(inputs.end());
    this.leaves = model.code().leaves(step);
    this.weights = Arg.of(model.code().tensors(leaves));
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
          inputs.isPlainlyCausal()
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
   * The last layer's normalised hidden states {@code [B * T, C]} float32; places of padding hold
   * numbers without meaning.
   */
  public NDArray hidden() {
    return hidden;
  }

  /**
   * Log-probabilities of chosen next tokens: the projection to the vocabulary runs on the asked
   * places only, and once for a place and token that are asked for more than once.
   *
   * @param asked by {@link PassInputs#ask}, of this pass's inputs
   * @return {@code [N]} float32, natural logarithm
   */
  public NDArray selectedLogProbs(AskedPlaces asked) {
    Arg rows = Arg.of(asked.rows());
    Arg targets = Arg.of(asked.targets());
    if (vocabularyChunk == 0) {
      return each(
          asked,
          model
              .script()
              .callForOne(step, "selected_log_probs", Arg.of(hidden), rows, targets, weights));
    }
    NDArray values;
    try (Autograd.Scope quiet = Autograd.gradMode(false)) {
      values =
          model
              .script()
              .callForOne(
                  step, "chunked_log_probs", Arg.of(hidden), rows, targets, chunk(), weights);
    }
    if (!Autograd.isRecording()) {
      return each(asked, values);
    }
    NDArray leaf = leaf(values);
    chunked.add(new Chunked(leaf, rows, targets));
    return each(asked, leaf);
  }

  /**
   * The same of places that become known only now, which takes a copy to the device of their own.
   *
   * @param rows N indices into the flattened {@code [B * T]} places
   * @param targets N tokens, each the one after its place
   */
  public NDArray selectedLogProbs(long[] rows, long[] targets) {
    InputBuffer buffer = new InputBuffer();
    AskedPlaces asked = inputs.ask(buffer, rows, targets);
    buffer.send(step);
    return selectedLogProbs(asked);
  }

  /**
   * Next-token logits of the asked places.
   *
   * @param asked by {@link PassInputs#ask}, of this pass's inputs; its targets do not count
   * @return {@code [N, V]} float32
   */
  public NDArray logits(AskedPlaces asked) {
    return each(
        asked,
        model.script().callForOne(step, "logits", Arg.of(hidden), Arg.of(asked.rows()), weights));
  }

  /**
   * The same of places that become known only now.
   *
   * @param rows N indices into the flattened {@code [B * T]} places
   */
  public NDArray logits(long[] rows) {
    InputBuffer buffer = new InputBuffer();
    AskedPlaces asked = inputs.ask(buffer, rows, new long[rows.length]);
    buffer.send(step);
    return logits(asked);
  }

  /** Spreads values of distinct places over all that were asked for. */
  private NDArray each(AskedPlaces asked, NDArray values) {
    return asked
        .number()
        .map(number -> model.script().callForOne(step, "each", Arg.of(values), Arg.of(number)))
        .orElse(values);
  }

  /** How many places have their logits at once, for the host to read. */
  private Arg chunk() {
    NDManager onHost = step.newSubManager(Device.cpu());
    return Arg.of(onHost.create((long) vocabularyChunk));
  }

  /**
   * Takes the gradients on to the weights, where {@link ForwardOptions} cut the graph or products
   * read copies of weights. Call it once, after the loss that hangs on this pass has been
   * differentiated, in gradient mode.
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
              chunk(),
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
    model.code().handOver(leaves);
  }

  private NDArray gradient(NDArray leaf) {
    return model.script().callForOne(step, "gradient", Arg.of(leaf));
  }
}
