package io.gdpo.trainer.train;

import io.gdpo.contracts.spec.Loss;
import io.gdpo.data.BeliefTokens;
import io.gdpo.lm.TokenBatch;
import io.gdpo.lm.TokenTree;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays examples out so that one forward pass computes every position once: a prompt stands once in
 * a row, the responses that continue it follow as branches, which do not see one another ({@link
 * TokenBatch}). Equal responses of a row share a branch.
 */
final class BatchPacker {
  /** Room that rows may take, over the longest example; the cheapest is taken. */
  private static final double[] ROW_CAPACITIES = {1, 1.25, 1.5, 2, 3, 4};

  /** Row length at which attention costs about as much as all else in a small transformer. */
  private static final double ATTENTION_LENGTH = 1024;

  private final boolean comparesResponses;
  private final boolean beliefConditioned;
  private final boolean imitationIncludesClose;

  /**
   * @param loss decides which responses are laid out and which of their tokens count
   * @param imitationIncludesClose whether imitation covers the belief segment's closing {@code >}
   */
  BatchPacker(Loss loss, boolean imitationIncludesClose) {
    this.comparesResponses = loss.isPreference();
    this.beliefConditioned = loss.isBeliefConditioned();
    this.imitationIncludesClose = imitationIncludesClose;
  }

  /** Tokens of the row that an example needs for itself alone. */
  int length(TrainingExample example) {
    return example.tokens().prompt().length + branchesLength(example);
  }

  /**
   * Splits examples into {@code parts} batches of nearly equal count: examples of one prompt stay
   * together, examples of similar length too, so that little is padding.
   */
  List<PackedBatch> pack(List<TrainingExample> examples, int parts) {
    List<TrainingExample> ordered = new ArrayList<>();
    byPrompt(examples).values().stream()
        .sorted(Comparator.comparingInt(g -> g.stream().mapToInt(this::length).max().orElse(0)))
        .forEach(ordered::addAll);
    int count = Math.min(parts, ordered.size());
    List<PackedBatch> batches = new ArrayList<>(count);
    for (int part = 0; part < count; part++) {
      int from = (int) ((long) ordered.size() * part / count);
      int to = (int) ((long) ordered.size() * (part + 1) / count);
      batches.add(pack(ordered.subList(from, to)));
    }
    return batches;
  }

  private PackedBatch pack(List<TrainingExample> examples) {
    List<Row> rows = cheapestRows(byPrompt(examples).values());
    TokenBatch tokens = TokenBatch.of(rows.stream().map(Row::tree).toList());
    // Rows regroup the examples; example i of the batch is the i-th in the order of rows.
    List<TrainingExample> placed = rows.stream().flatMap(r -> r.examples.stream()).toList();
    long[] beliefRows = new long[placed.size()];
    Labels labels = new Labels(placed.stream().mapToInt(this::branchesLength).sum());
    int i = 0;
    for (int r = 0; r < rows.size(); r++) {
      Row row = rows.get(r);
      TokenTree tree = row.tree();
      int origin = r * tokens.length();
      for (TrainingExample example : row.examples) {
        beliefRows[i] = origin + row.prompt.length - 1;
        label(labels, origin, row, tree, example, i, placed.size());
        i++;
      }
    }
    return labels.batch(placed, tokens, beliefRows, rows.stream().mapToInt(Row::length).sum());
  }

  private void label(
      Labels labels,
      int origin,
      Row row,
      TokenTree tree,
      TrainingExample example,
      int number,
      int examples) {
    BeliefTokens belief = example.tokens().belief();
    int imitated = imitationIncludesClose ? belief.close() + 1 : belief.end();
    int counted = beliefConditioned ? belief.close() : 0;
    long[] chosen = example.tokens().chosen();
    int branch = row.numberOf(chosen);
    for (int k = 0; k < chosen.length; k++) {
      boolean imitates = k >= belief.first() && k < imitated;
      labels.add(origin + tree.predictorOf(branch, k), chosen[k], number, k >= counted, imitates);
    }
    if (comparesResponses) {
      long[] rejected = rejected(example);
      branch = row.numberOf(rejected);
      for (int k = counted; k < rejected.length; k++) {
        labels.add(
            origin + tree.predictorOf(branch, k), rejected[k], examples + number, true, false);
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

  private List<Row> cheapestRows(Iterable<List<TrainingExample>> groups) {
    int longest = 0;
    for (List<TrainingExample> group : groups) {
      longest = Math.max(longest, group.stream().mapToInt(this::length).max().orElse(0));
    }
    List<Row> best = List.of();
    double bestCost = Double.POSITIVE_INFINITY;
    for (double capacity : ROW_CAPACITIES) {
      List<Row> rows = rows(groups, (int) (longest * capacity));
      double length = rows.stream().mapToInt(Row::length).max().orElse(0);
      double cost = rows.size() * length * (1 + length / ATTENTION_LENGTH);
      if (cost < bestCost) {
        bestCost = cost;
        best = rows;
      }
    }
    return best;
  }

  private List<Row> rows(Iterable<List<TrainingExample>> groups, int capacity) {
    List<Row> rows = new ArrayList<>();
    for (List<TrainingExample> group : groups) {
      Row row = null;
      for (TrainingExample example : group) {
        if (row == null || row.lengthWith(example) > capacity) {
          row = new Row(example.tokens().prompt());
          rows.add(row);
        }
        row.add(example);
      }
    }
    return rows;
  }

  private int branchesLength(TrainingExample example) {
    return branches(example).stream().mapToInt(b -> b.length).sum();
  }

  private List<long[]> branches(TrainingExample example) {
    long[] chosen = example.tokens().chosen();
    return comparesResponses ? List.of(chosen, rejected(example)) : List.of(chosen);
  }

  private long[] rejected(TrainingExample example) {
    return beliefConditioned ? example.tokens().rejectedUnderBelief() : example.tokens().rejected();
  }

  /** A prompt and the different responses that continue it in one row. */
  private final class Row {
    private final long[] prompt;
    private final List<TrainingExample> examples = new ArrayList<>();
    private final Map<LongBuffer, Integer> branchNumber = new LinkedHashMap<>();
    private int length;

    Row(long[] prompt) {
      this.prompt = prompt;
      this.length = prompt.length;
    }

    int length() {
      return length;
    }

    int lengthWith(TrainingExample example) {
      int sum = length;
      for (long[] branch : branches(example)) {
        sum += branchNumber.containsKey(LongBuffer.wrap(branch)) ? 0 : branch.length;
      }
      return sum;
    }

    void add(TrainingExample example) {
      examples.add(example);
      for (long[] branch : branches(example)) {
        if (branchNumber.putIfAbsent(LongBuffer.wrap(branch), branchNumber.size()) == null) {
          length += branch.length;
        }
      }
    }

    int numberOf(long[] branch) {
      return branchNumber.get(LongBuffer.wrap(branch));
    }

    TokenTree tree() {
      return new TokenTree(prompt, branchNumber.keySet().stream().map(LongBuffer::array).toList());
    }
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

    PackedBatch batch(
        List<TrainingExample> examples, TokenBatch tokens, long[] beliefRows, int realTokens) {
      return new PackedBatch(
          examples,
          tokens,
          Arrays.copyOf(rows, count),
          Arrays.copyOf(targets, count),
          Arrays.copyOf(sequence, count),
          Arrays.copyOf(inResponse, count),
          Arrays.copyOf(inBelief, count),
          beliefRows,
          realTokens);
    }
  }
}
