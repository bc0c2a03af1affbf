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
import java.util.function.Function;

/**
 * Log-probabilities of responses under one model. Responses that share a prompt share its
 * computation, and a response that stands in many pairs is computed once: each prompt is a row
 * whose branches are its distinct responses.
 */
final class ResponseScorer {
  private static final int TOKENS_A_BATCH = 4_096;

  /** A longer row would pay more for attention than it saves on its prompt. */
  private static final int TOKENS_A_TREE = 512;

  /** Places projected to the vocabulary at once: bounds memory where the vocabulary is large. */
  private static final int PLACES = 1_024;

  private final CausalLanguageModel model;

  ResponseScorer(CausalLanguageModel model) {
    this.model = model;
  }

  /** The log-probabilities of responses that were scored, by prompt and response tokens. */
  static final class Scores {
    private final Map<LongBuffer, Map<LongBuffer, Double>> byPrompt = new LinkedHashMap<>();

    private void put(long[] prompt, long[] response, double logProb) {
      byPrompt
          .computeIfAbsent(LongBuffer.wrap(prompt), p -> new LinkedHashMap<>())
          .put(LongBuffer.wrap(response), logProb);
    }

    /** log p(response | prompt) in nats, summed over the response's tokens. */
    double of(long[] prompt, long[] response) {
      return byPrompt.get(LongBuffer.wrap(prompt)).get(LongBuffer.wrap(response));
    }
  }

  /** Scores the wanted responses of every example. */
  Scores score(
      List<EncodedExample> examples,
      List<Function<EncodedExample, long[]>> wanted,
      String work,
      Progress progress) {
    Map<LongBuffer, Set<LongBuffer>> responses = new LinkedHashMap<>();
    for (EncodedExample example : examples) {
      Set<LongBuffer> ofPrompt =
          responses.computeIfAbsent(
              LongBuffer.wrap(example.prompt()), prompt -> new LinkedHashSet<>());
      wanted.forEach(response -> ofPrompt.add(LongBuffer.wrap(response.apply(example))));
    }
    List<TokenTree> trees = trees(responses);
    Scores scores = new Scores();
    int done = 0;
    for (List<TokenTree> batch : batches(trees)) {
      scoreBatch(batch, scores);
      done += batch.size();
      progress.report(work, done, trees.size(), batch.size());
    }
    return scores;
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

  private void scoreBatch(List<TokenTree> trees, Scores scores) {
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
      for (long[] branch : tree.branches()) {
        double sum = 0;
        for (int token = 0; token < branch.length; token++) {
          sum += values[at++];
        }
        scores.put(tree.prompt(), branch, sum);
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
