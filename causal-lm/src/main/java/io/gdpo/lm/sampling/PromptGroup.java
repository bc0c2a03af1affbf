package io.gdpo.lm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.lm.batch.TokenBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;

/**
 * A few prompts whose keys and values were computed together, once for all their samples, which
 * wait here until rows are free. The last token of each is left out: a continuation begins by being
 * fed it, like any other token.
 *
 * <p>Owns the keys and values.
 */
final class PromptGroup implements AutoCloseable {

  /** A prompt and its continuations that are yet to come. */
  record Waiting(long[] prompt, List<Continuation> continuations) {
    int columns() {
      return prompt.length - 1;
    }
  }

  /** A continuation and the row of the group's cache that holds its prompt. */
  record Member(Continuation continuation, long row) {}

  private final NDManager owner;
  private final NDArray cache;
  private final int columns;
  private final Queue<Member> members = new ArrayDeque<>();

  /**
   * Takes prompts from the head of the queue until the group has {@code mostPlaces} tokens, but one
   * at least.
   *
   * @param waiting not empty, longest prompts first
   */
  PromptGroup(InferenceDecoder decoder, Queue<Waiting> waiting, int mostPlaces) {
    List<Waiting> taken = new ArrayList<>();
    this.columns = decoder.sizes().length(waiting.element().columns());
    do {
      Waiting next = waiting.remove();
      for (Continuation continuation : next.continuations()) {
        members.add(new Member(continuation, taken.size()));
      }
      taken.add(next);
    } while (!waiting.isEmpty() && (taken.size() + 1) * columns <= mostPlaces);
    this.owner = decoder.manager().newSubManager();
    this.cache = decoder.emptyCache(owner, taken.size(), columns);
    if (columns > 0) {
      decoder.fillCache(paddedOnTheLeft(taken), cache);
    }
  }

  private TokenBatch paddedOnTheLeft(List<Waiting> prompts) {
    int places = prompts.size() * columns;
    TokenBatch batch =
        new TokenBatch(
            prompts.size(), columns, new long[places], new long[places], new long[places]);
    for (int row = 0; row < prompts.size(); row++) {
      Waiting prompt = prompts.get(row);
      int stop = (row + 1) * columns;
      int start = stop - prompt.columns();
      System.arraycopy(prompt.prompt(), 0, batch.tokens(), start, prompt.columns());
      for (int i = 0; i < prompt.columns(); i++) {
        batch.positions()[start + i] = i;
      }
      Arrays.fill(batch.end(), start, stop, columns);
    }
    return batch;
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  Member next() {
    return members.remove();
  }

  /**
   * Keys and values, {@code [L, 2, prompts, G, columns, D]}; each prompt's end in the last column.
   */
  NDArray cache() {
    return cache;
  }

  /** Tokens of the longest prompt but its last. */
  int columns() {
    return columns;
  }

  @Override
  public void close() {
    owner.close();
  }
}
