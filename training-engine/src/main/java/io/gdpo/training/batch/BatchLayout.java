package io.gdpo.training.batch;

import io.gdpo.contracts.spec.Levers;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Trees of tokens, one behind the other in rows, and where in them each example's sequences stand.
 * Of several layouts of the same examples, {@link #cheapest} takes the one that costs least.
 */
final class BatchLayout {
  /** Room that trees and rows may take, over the longest example; the cheapest is taken. */
  private static final double[] ROW_CAPACITIES = {1, 1.25, 1.5, 2, 3, 4};

  private final List<Tree> trees = new ArrayList<>();
  private final List<Sequence> chosen = new ArrayList<>();
  private final List<Sequence> rejected = new ArrayList<>();
  private List<List<Tree>> rows = List.of();

  private BatchLayout() {}

  /**
   * What an example has laid out.
   *
   * @param all the prompt with the chosen response, if there is one, then, where rejected responses
   *     are read, with that, if there is one
   */
  record Sequences(LongBuffer prompt, List<long[]> all) {}

  /** A tree and where in the flattened batch it starts. */
  private static final class Tree {
    private final TokenTree tokens = new TokenTree();
    private int origin;
  }

  /** A sequence of a tree. */
  record Sequence(Tree tree, int number) {
    /** The flattened place whose next token is token {@code token} of the sequence. */
    long before(int token) {
      return tree.origin + tree.tokens.place(number, token - 1);
    }
  }

  /**
   * The cheapest of: each sequence by itself, and examples of one prompt sharing trees of several
   * sizes.
   *
   * @param attentionLength of a row, at which attention costs as much as all else
   * @param sizes that passes may have
   */
  static BatchLayout cheapest(
      List<Sequences> examples, Levers levers, double attentionLength, PassSizes sizes) {
    BatchLayout best = unshared(examples, levers);
    if (levers.sharedPrefixes()) {
      int longest = examples.stream().mapToInt(e -> TokenTree.of(e.all()).length()).max().orElse(0);
      for (double capacity : ROW_CAPACITIES) {
        BatchLayout layout = shared(examples, (int) (longest * capacity), levers);
        if (layout.cost(attentionLength, sizes) < best.cost(attentionLength, sizes)) {
          best = layout;
        }
      }
    }
    return best;
  }

  private static BatchLayout unshared(List<Sequences> examples, Levers levers) {
    BatchLayout layout = new BatchLayout();
    int longest = 0;
    for (Sequences example : examples) {
      layout.add(example, example.all().stream().map(sequence -> layout.newTree()).toList());
      longest = Math.max(longest, example.all().stream().mapToInt(s -> s.length).max().orElse(0));
    }
    return layout.inRows(longest, levers);
  }

  private static BatchLayout shared(List<Sequences> examples, int capacity, Levers levers) {
    BatchLayout layout = new BatchLayout();
    Map<LongBuffer, Tree> open = new HashMap<>();
    for (Sequences example : examples) {
      Tree tree = open.get(example.prompt());
      if (tree == null || tree.tokens.length() + lengthOfNew(tree, example) > capacity) {
        tree = layout.newTree();
        open.put(example.prompt(), tree);
      }
      layout.add(example, List.of(tree, tree));
    }
    return layout.inRows(capacity, levers);
  }

  private Tree newTree() {
    Tree tree = new Tree();
    trees.add(tree);
    return tree;
  }

  /** At most so many tokens longer would the tree be. */
  private static int lengthOfNew(Tree tree, Sequences example) {
    return example.all().stream().mapToInt(tree.tokens::lengthOfNew).sum();
  }

  /** Adds an example's sequences, each to its tree. */
  private void add(Sequences example, List<Tree> to) {
    List<Sequence> added = new ArrayList<>();
    for (int i = 0; i < example.all().size(); i++) {
      added.add(new Sequence(to.get(i), to.get(i).tokens.add(example.all().get(i))));
    }
    chosen.add(added.get(0));
    rejected.add(added.get(added.size() - 1));
  }

  /** Trees one behind the other in as few rows of this length as a first fit finds. */
  private BatchLayout inRows(int capacity, Levers levers) {
    List<List<Tree>> filled = new ArrayList<>();
    List<Integer> lengths = new ArrayList<>();
    List<Tree> longestFirst = new ArrayList<>(trees);
    longestFirst.sort(Comparator.comparingInt((Tree tree) -> tree.tokens.length()).reversed());
    for (Tree tree : longestFirst) {
      int length = tree.tokens.length();
      int row = 0;
      while (row < filled.size()
          && (!levers.sequencePacking() || lengths.get(row) + length > capacity)) {
        row++;
      }
      if (row == filled.size()) {
        filled.add(new ArrayList<>());
        lengths.add(0);
      }
      filled.get(row).add(tree);
      lengths.set(row, lengths.get(row) + length);
    }
    rows = filled;
    return this;
  }

  /** Places to compute, those of long rows dearer for their attention. */
  private double cost(double attentionLength, PassSizes sizes) {
    double length =
        sizes.length(
            rows.stream()
                .mapToInt(row -> row.stream().mapToInt(tree -> tree.tokens.length()).sum())
                .max()
                .orElse(0));
    return sizes.rows(rows.size()) * length * (1 + length / attentionLength);
  }

  /** The rows as a model reads them; only then do sequences know their places. */
  TokenBatch tokens(PassSizes sizes) {
    TokenBatch tokens =
        TokenBatch.ofRows(
            rows.stream().map(row -> row.stream().map(tree -> tree.tokens).toList()).toList(),
            sizes);
    for (int r = 0; r < rows.size(); r++) {
      int at = r * tokens.length();
      for (Tree tree : rows.get(r)) {
        tree.origin = at;
        at += tree.tokens.length();
      }
    }
    return tokens;
  }

  /** Where an example's chosen response stands; the only one of an example that has one. */
  Sequence chosen(int example) {
    return chosen.get(example);
  }

  /** Where its rejected response stands; the only one of an example that has one. */
  Sequence rejected(int example) {
    return rejected.get(example);
  }
}
