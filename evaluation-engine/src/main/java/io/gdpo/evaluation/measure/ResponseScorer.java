package io.gdpo.evaluation.measure;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.data.EncodedExample;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardPass;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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
  private final PassSizes sizes;

  ResponseScorer(CausalLanguageModel model) {
    this(model, PassSizes.of(model.parameters().manager().getDevice()));
  }

  /**
   * @param sizes of batches
   */
  ResponseScorer(CausalLanguageModel model, PassSizes sizes) {
    this.model = model;
    this.sizes = sizes;
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

  /** The sizes of the batches in which {@link #score} would compute. */
  static List<DecoderMemory.Batch> sizes(
      List<EncodedExample> examples,
      List<Function<EncodedExample, long[]>> wanted,
      PassSizes sizes) {
    return batches(rows(distinct(examples, wanted)), sizes).stream()
        .map(
            batch ->
                new DecoderMemory.Batch(
                    sizes.rows(batch.size()),
                    sizes.length(batch.get(batch.size() - 1).length()),
                    Math.min(PLACES, tokens(batch)),
                    0))
        .toList();
  }

  /** Scores the wanted responses of every example, as far as it has them. */
  Scores score(
      List<EncodedExample> examples,
      List<Function<EncodedExample, long[]>> wanted,
      String work,
      Progress progress) {
    List<Row> rows = rows(distinct(examples, wanted));
    Scores scores = new Scores();
    int done = 0;
    progress.report(work, done, rows.size(), "rows");
    for (List<Row> batch : batches(rows, sizes)) {
      scoreBatch(batch, scores, work);
      done += batch.size();
      progress.report(work, done, rows.size(), "rows");
    }
    return scores;
  }

  private static Map<LongBuffer, Set<LongBuffer>> distinct(
      List<EncodedExample> examples, List<Function<EncodedExample, long[]>> wanted) {
    Map<LongBuffer, Set<LongBuffer>> responses = new LinkedHashMap<>();
    for (EncodedExample example : examples) {
      Set<LongBuffer> ofPrompt =
          responses.computeIfAbsent(
              LongBuffer.wrap(example.prompt()), prompt -> new LinkedHashSet<>());
      wanted.stream()
          .map(response -> response.apply(example))
          .filter(tokens -> tokens.length > 0)
          .forEach(tokens -> ofPrompt.add(LongBuffer.wrap(tokens)));
    }
    return responses;
  }

  /** A prompt and some of its responses, in one row. */
  private static final class Row {
    private final long[] prompt;
    private final List<long[]> responses = new ArrayList<>();
    private final TokenTree tree = new TokenTree();

    Row(long[] prompt) {
      this.prompt = prompt;
    }

    boolean hasRoomFor(long[] response) {
      return responses.isEmpty()
          || tree.length() + tree.lengthOfNew(TokenTree.joined(prompt, response)) <= TOKENS_A_TREE;
    }

    void add(long[] response) {
      responses.add(response);
      tree.add(prompt, response);
    }

    int length() {
      return tree.length();
    }
  }

  /** A prompt with many responses takes several rows. */
  private static List<Row> rows(Map<LongBuffer, Set<LongBuffer>> responses) {
    List<Row> rows = new ArrayList<>();
    responses.forEach(
        (prompt, ofPrompt) -> {
          Row row = new Row(prompt.array());
          rows.add(row);
          for (LongBuffer response : ofPrompt) {
            if (!row.hasRoomFor(response.array())) {
              row = new Row(prompt.array());
              rows.add(row);
            }
            row.add(response.array());
          }
        });
    rows.sort(Comparator.comparingInt(Row::length));
    return rows;
  }

  private static List<List<Row>> batches(List<Row> byLength, PassSizes sizes) {
    int tokens = sizes.tokensOr(TOKENS_A_BATCH);
    List<List<Row>> batches = new ArrayList<>();
    List<Row> batch = new ArrayList<>();
    for (Row row : byLength) {
      if (!batch.isEmpty() && (batch.size() + 1) * row.length() > tokens) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(row);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }

  private static int tokens(List<Row> rows) {
    return rows.stream().flatMap(row -> row.responses.stream()).mapToInt(r -> r.length).sum();
  }

  private void scoreBatch(List<Row> rows, Scores scores, String work) {
    TokenBatch batch = TokenBatch.of(rows.stream().map(row -> row.tree).toList(), sizes);
    int tokens = tokens(rows);
    long[] places = new long[tokens];
    long[] targets = new long[tokens];
    int at = 0;
    for (int r = 0; r < rows.size(); r++) {
      Row row = rows.get(r);
      for (int number = 0; number < row.responses.size(); number++) {
        long[] response = row.responses.get(number);
        for (int token = 0; token < response.length; token++) {
          int before = row.prompt.length + token - 1;
          places[at] = (long) r * batch.length() + row.tree.place(number, before);
          targets[at++] = response[token];
        }
      }
    }
    float[] values = selectedLogProbs(batch, places, targets);
    at = 0;
    for (Row row : rows) {
      for (long[] response : row.responses) {
        double sum = 0;
        for (int token = 0; token < response.length; token++) {
          sum += values[at++];
        }
        if (Double.isNaN(sum)) {
          throw new InvalidModelException(
              work
                  + ": the model gives NaN as a response's log-probability: its weights hold NaN or infinite numbers, or what it computes overflows");
        }
        scores.put(row.prompt, response, sum);
      }
    }
  }

  private float[] selectedLogProbs(TokenBatch batch, long[] rows, long[] targets) {
    float[] values = new float[rows.length];
    try (NDManager step = model.parameters().manager().newSubManager()) {
      ForwardPass pass = model.forward(step, batch);
      for (int from = 0; from < rows.length; from += PLACES) {
        int to = Math.min(rows.length, from + PLACES);
        try (NDArray part =
            pass.selectedLogProbs(
                Arrays.copyOfRange(rows, from, to), Arrays.copyOfRange(targets, from, to))) {
          System.arraycopy(part.toFloatArray(), 0, values, from, to - from);
        }
      }
    }
    return values;
  }
}
