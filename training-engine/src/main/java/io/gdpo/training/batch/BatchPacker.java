package io.gdpo.training.batch;

import io.gdpo.contracts.spec.Levers;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.data.BeliefTokens;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.training.batch.BatchLayout.Sequence;
import io.gdpo.training.batch.BatchLayout.Sequences;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Lays examples out so that one forward pass computes as little as possible: what sequences have in
 * common (the prompt, the belief, whatever responses begin alike) stands once in a {@link
 * TokenTree}, and short trees fill up each other's rows. Of several such layouts, and the one that
 * shares nothing, the one that costs least is taken.
 */
public final class BatchPacker {
  /** Examples of a pass that keep two cores busy; smaller passes of like lengths pad less. */
  public static final int TRAINED_AT_ONCE = 16;

  /** Without a graph to keep, more examples fit, and more of them share their prompts. */
  public static final int EVALUATED_AT_ONCE = 64;

  /** Row length over width at which attention costs as much as all other products of a block. */
  private static final double ATTENTION_LENGTH = 6;

  private final boolean comparesResponses;
  private final boolean beliefConditioned;
  private final boolean imitationIncludesClose;
  private final Levers levers;
  private final double attentionLength;
  private final PassSizes sizes;

  /** Passes of the sizes that a CPU wants. */
  public BatchPacker(Loss loss, boolean imitationIncludesClose, Levers levers, int width) {
    this(loss, imitationIncludesClose, levers, width, PassSizes.OF_CPU);
  }

  /**
   * @param loss decides which responses are laid out and which of their tokens count
   * @param imitationIncludesClose whether imitation covers the belief segment's closing {@code >}
   * @param width of the model: the wider, the cheaper is attention beside all else
   * @param sizes of passes
   */
  public BatchPacker(
      Loss loss, boolean imitationIncludesClose, Levers levers, int width, PassSizes sizes) {
    this(
        loss.readsRejected(),
        loss.needs(Loss.Need.BELIEFS),
        imitationIncludesClose,
        levers,
        ATTENTION_LENGTH * width,
        sizes);
  }

  private BatchPacker(
      boolean comparesResponses,
      boolean beliefConditioned,
      boolean imitationIncludesClose,
      Levers levers,
      double attentionLength,
      PassSizes sizes) {
    this.comparesResponses = comparesResponses;
    this.beliefConditioned = beliefConditioned;
    this.imitationIncludesClose = imitationIncludesClose;
    this.levers = levers;
    this.attentionLength = attentionLength;
    this.sizes = sizes;
  }

  /** The same without rejected responses, whose log-probability is then 0. */
  public BatchPacker chosenOnly() {
    return new BatchPacker(
        false, beliefConditioned, imitationIncludesClose, levers, attentionLength, sizes);
  }

  /** Tokens of all sequences that an example has, each by itself. */
  public int length(TrainingExample example) {
    return sequences(example).stream().mapToInt(sequence -> sequence.length).sum();
  }

  /**
   * Splits examples into {@code parts} batches of nearly equal count: examples of one prompt stay
   * together, examples of similar length too, so that little is padding.
   */
  public List<PackedBatch> pack(List<TrainingExample> examples, int parts) {
    return cut(inOrder(examples), parts, example -> 1);
  }

  private List<TrainingExample> inOrder(List<TrainingExample> examples) {
    return levers.lengthBucketing() ? byLength(examples) : examples;
  }

  /** Batches of nearly equal weight; none is empty. */
  private List<PackedBatch> cut(
      List<TrainingExample> ordered, int parts, ToIntFunction<TrainingExample> weight) {
    int count = Math.min(parts, ordered.size());
    long all = ordered.stream().mapToLong(weight::applyAsInt).sum();
    List<PackedBatch> batches = new ArrayList<>(count);
    int from = 0;
    long before = 0;
    for (int part = 1; part <= count; part++) {
      int to = from;
      while (to < ordered.size() - (count - part)
          && (to == from || before + weight.applyAsInt(ordered.get(to)) <= all * part / count)) {
        before += weight.applyAsInt(ordered.get(to++));
      }
      batches.add(pack(ordered.subList(from, to)));
      from = to;
    }
    return batches;
  }

  /**
   * Batches of about as many tokens as passes have, or of so many examples where passes are counted
   * in examples.
   */
  private List<PackedBatch> passes(List<TrainingExample> examples, int leastParts, int atOnce) {
    if (sizes.tokens() == 0) {
      return pack(examples, Math.max(leastParts, parts(examples.size(), atOnce)));
    }
    List<TrainingExample> ordered = inOrder(examples);
    Map<TrainingExample, Integer> tokens = new IdentityHashMap<>();
    Map<LongBuffer, TokenTree> trees = new HashMap<>();
    for (TrainingExample example : ordered) {
      TokenTree tree =
          levers.sharedPrefixes()
              ? trees.computeIfAbsent(
                  LongBuffer.wrap(example.tokens().prompt()), prompt -> new TokenTree())
              : new TokenTree();
      int before = tree.length();
      sequences(example).forEach(tree::add);
      tokens.put(example, tree.length() - before);
    }
    int all = tokens.values().stream().mapToInt(Integer::intValue).sum();
    return cut(ordered, Math.max(leastParts, parts(all, sizes.tokens())), tokens::get);
  }

  private List<TrainingExample> byLength(List<TrainingExample> examples) {
    List<TrainingExample> ordered = new ArrayList<>();
    byPrompt(examples).values().stream()
        .sorted(Comparator.comparingInt(g -> g.stream().mapToInt(this::length).max().orElse(0)))
        .forEach(ordered::addAll);
    return ordered;
  }

  private PackedBatch pack(List<TrainingExample> examples) {
    BatchLayout layout =
        BatchLayout.cheapest(
            examples.stream()
                .map(e -> new Sequences(LongBuffer.wrap(e.tokens().prompt()), sequences(e)))
                .toList(),
            levers,
            attentionLength,
            sizes);
    TokenBatch tokens = layout.tokens(sizes);
    long[] beliefRows = new long[examples.size()];
    Labels labels = new Labels(examples.stream().mapToInt(this::length).sum());
    for (int i = 0; i < examples.size(); i++) {
      TrainingExample example = examples.get(i);
      Sequence chosen = layout.chosen(i);
      beliefRows[i] = chosen.before(example.tokens().prompt().length);
      label(labels, example, i, examples.size(), chosen, layout.rejected(i));
    }
    return labels.batch(examples, tokens, beliefRows);
  }

  private void label(
      Labels labels,
      TrainingExample example,
      int number,
      int examples,
      Sequence chosenAt,
      Sequence rejectedAt) {
    int prompt = example.tokens().prompt().length;
    BeliefTokens belief = example.tokens().belief();
    int imitated = imitationIncludesClose ? belief.words() : belief.close();
    int counted = beliefConditioned ? belief.close() : 0;
    long[] chosen = example.tokens().chosen();
    for (int k = 0; k < chosen.length; k++) {
      boolean imitates = k >= belief.first() && k < imitated;
      labels.add(chosenAt.before(prompt + k), chosen[k], number, k >= counted, imitates);
    }
    if (comparesResponses) {
      long[] rejected = rejected(example);
      for (int k = counted; k < rejected.length; k++) {
        labels.add(rejectedAt.before(prompt + k), rejected[k], examples + number, true, false);
      }
    }
  }

  private static Map<LongBuffer, List<TrainingExample>> byPrompt(List<TrainingExample> examples) {
    Map<LongBuffer, List<TrainingExample>> groups = new LinkedHashMap<>();
    for (TrainingExample example : examples) {
      groups
          .computeIfAbsent(LongBuffer.wrap(example.tokens().prompt()), p -> new ArrayList<>())
          .add(example);
    }
    return groups;
  }

  private List<long[]> sequences(TrainingExample example) {
    long[] prompt = example.tokens().prompt();
    List<long[]> sequences = new ArrayList<>(2);
    if (example.tokens().hasChosen()) {
      sequences.add(TokenTree.joined(prompt, example.tokens().chosen()));
    }
    if (comparesResponses && example.tokens().hasRejected()) {
      sequences.add(TokenTree.joined(prompt, rejected(example)));
    }
    return sequences;
  }

  private long[] rejected(TrainingExample example) {
    return beliefConditioned ? example.tokens().rejectedUnderBelief() : example.tokens().rejected();
  }

  /** The labelled tokens of a batch, while they are collected. */
  private static final class Labels {
    private final long[] rows;
    private final long[] targets;
    private final long[] sequence;
    private final float[] inResponse;
    private final float[] inBelief;
    private int count;

    Labels(int capacity) {
      rows = new long[capacity];
      targets = new long[capacity];
      sequence = new long[capacity];
      inResponse = new float[capacity];
      inBelief = new float[capacity];
    }

    void add(long row, long target, long ofSequence, boolean response, boolean belief) {
      rows[count] = row;
      targets[count] = target;
      sequence[count] = ofSequence;
      inResponse[count] = response ? 1 : 0;
      inBelief[count] = belief ? 1 : 0;
      count++;
    }

    PackedBatch batch(List<TrainingExample> examples, TokenBatch tokens, long[] beliefRows) {
      return new PackedBatch(
          examples,
          tokens,
          Arrays.copyOf(rows, count),
          Arrays.copyOf(targets, count),
          Arrays.copyOf(sequence, count),
          Arrays.copyOf(inResponse, count),
          Arrays.copyOf(inBelief, count),
          beliefRows,
          tokens.realTokens());
    }
  }

  /**
   * The micro-batches of an optimizer step.
   *
   * @param leastParts into how many they are split at least
   */
  public List<PackedBatch> microBatches(List<TrainingExample> examples, int leastParts) {
    return passes(examples, leastParts, TRAINED_AT_ONCE);
  }

  /** Batches without a way back. */
  public List<PackedBatch> evaluationBatches(List<TrainingExample> examples) {
    return passes(examples, 1, EVALUATED_AT_ONCE);
  }

  /** Into how many parts of at most so many things fall. */
  static int parts(int things, int atOnce) {
    return (things + atOnce - 1) / atOnce;
  }
}
