package io.gdpo.evaluator.evaluate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.data.EncodedExample;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.TokenBatch;
import io.gdpo.lm.TokenTree;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scores preference pairs with one model. Pairs that share a prompt share its computation, and a
 * response that stands in many pairs is computed once: each prompt is a row whose branches are its
 * distinct responses.
 */
final class PairScorer {
  private static final int TOKENS_A_BATCH = 4_096;
  private static final int TOKENS_A_TREE = 1_024;

  /** Places projected to the vocabulary at once: bounds memory where the vocabulary is large. */
  private static final int PLACES = 1_024;

  private final CausalLanguageModel model;

  PairScorer(CausalLanguageModel model) {
    this.model = model;
  }

  /** One result for each example, in their order. */
  List<PairLogProbs> score(List<EncodedExample> examples, String work, Progress progress) {
    Map<LongBuffer, Set<LongBuffer>> responses = new LinkedHashMap<>();
    for (EncodedExample example : examples) {
      Set<LongBuffer> ofPrompt =
          responses.computeIfAbsent(
              LongBuffer.wrap(example.prompt()), prompt -> new LinkedHashSet<>());
      ofPrompt.add(LongBuffer.wrap(example.chosen()));
      ofPrompt.add(LongBuffer.wrap(example.rejected()));
      ofPrompt.add(LongBuffer.wrap(example.rejectedUnderBelief()));
    }
    List<TokenTree> trees = trees(responses);
    Map<LongBuffer, Map<LongBuffer, Double>> logProbs = new LinkedHashMap<>();
    int done = 0;
    for (List<TokenTree> batch : batches(trees)) {
      scoreBatch(batch, logProbs);
      done += batch.size();
      progress.report(work, done, trees.size(), batch.size());
    }
    return examples.stream()
        .map(
            example -> {
              Map<LongBuffer, Double> ofPrompt = logProbs.get(LongBuffer.wrap(example.prompt()));
              return new PairLogProbs(
                  ofPrompt.get(LongBuffer.wrap(example.chosen())),
                  ofPrompt.get(LongBuffer.wrap(example.rejected())),
                  ofPrompt.get(LongBuffer.wrap(example.rejectedUnderBelief())));
            })
        .toList();
  }

  /** A prompt with many responses takes several rows. */
  private static List<TokenTree> trees(Map<LongBuffer, Set<LongBuffer>> responses) {
    List<TokenTree> trees = new ArrayList<>();
    responses.forEach(
        (prompt, branches) -> {
          List<long[]> row = new ArrayList<>();
          int length = prompt.capacity();
          for (LongBuffer branch : branches) {
            if (!row.isEmpty() && length + branch.capacity() > TOKENS_A_TREE) {
              trees.add(new TokenTree(prompt.array(), row));
              row = new ArrayList<>();
              length = prompt.capacity();
            }
            row.add(branch.array());
            length += branch.capacity();
          }
          trees.add(new TokenTree(prompt.array(), row));
        });
    trees.sort((a, b) -> Integer.compare(a.length(), b.length()));
    return trees;
  }

  private static List<List<TokenTree>> batches(List<TokenTree> byLength) {
    List<List<TokenTree>> batches = new ArrayList<>();
    List<TokenTree> batch = new ArrayList<>();
    for (TokenTree tree : byLength) {
      if (!batch.isEmpty() && (batch.size() + 1) * tree.length() > TOKENS_A_BATCH) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(tree);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private void scoreBatch(
      List<TokenTree> trees, Map<LongBuffer, Map<LongBuffer, Double>> logProbs) {
    TokenBatch batch = TokenBatch.of(trees);
    int places =
        trees.stream().flatMap(t -> t.branches().stream()).mapToInt(branch -> branch.length).sum();
    long[] rows = new long[places];
    long[] targets = new long[places];
    int at = 0;
    for (int row = 0; row < trees.size(); row++) {
      TokenTree tree = trees.get(row);
      for (int branch = 0; branch < tree.branches().size(); branch++) {
        long[] tokens = tree.branches().get(branch);
        for (int token = 0; token < tokens.length; token++) {
          rows[at] = (long) row * batch.length() + tree.predictorOf(branch, token);
          targets[at++] = tokens[token];
        }
      }
    }
    float[] values = selectedLogProbs(batch, rows, targets);
    at = 0;
    for (TokenTree tree : trees) {
      Map<LongBuffer, Double> ofPrompt =
          logProbs.computeIfAbsent(LongBuffer.wrap(tree.prompt()), p -> new LinkedHashMap<>());
      for (long[] branch : tree.branches()) {
        double sum = 0;
        for (int token = 0; token < branch.length; token++) {
          sum += values[at++];
        }
        ofPrompt.put(LongBuffer.wrap(branch), sum);
      }
    }
  }

  private float[] selectedLogProbs(TokenBatch batch, long[] rows, long[] targets) {
    float[] values = new float[rows.length];
    try (NDManager step = model.parameters().manager().newSubManager()) {
      NDArray hidden = model.hidden(step, batch);
      for (int from = 0; from < rows.length; from += PLACES) {
        int to = Math.min(rows.length, from + PLACES);
        try (NDArray part =
            model.selectedLogProbs(
                hidden,
                Arrays.copyOfRange(rows, from, to),
                Arrays.copyOfRange(targets, from, to))) {
          System.arraycopy(part.toFloatArray(), 0, values, from, to - from);
        }
      }
    }
    return values;
  }
}
