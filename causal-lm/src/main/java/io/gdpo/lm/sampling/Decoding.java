package io.gdpo.lm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.script.InputBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.stream.IntStream;

/**
 * Continues many prompts at once, a token of each at a time, in a fixed number of rows: where a
 * continuation ends, one that waits takes its row, and the others go on.
 *
 * <p>The keys and values of all rows end in the same column, {@code used}, where the next token of
 * each goes; those of a newcomer's prompt are put into the columns just before. That there are
 * enough follows from longer prompts coming first. Columns left of the longest row are seen by
 * none, and are given back once there are {@value #SLACK}. So the cache needs as many columns as
 * the longest continuation can have tokens, and the slack, however many continuations there are.
 *
 * <p>Owns the cache. One thread.
 */
public final class Decoding implements AutoCloseable {
  public static final int SLACK = 32;

  /** Enough for full speed; more would only take memory. */
  public static final int PROMPT_PLACES = 512;

  private final InferenceDecoder decoder;
  private final NDManager owner;
  private final NDArray cache;
  private final int mostRows;

  /** Columns on the left that are seen by none, so that a window may be longer than a sequence. */
  private final int lead;

  private final Queue<PromptGroup.Waiting> waiting;
  private final List<Continuation> rows = new ArrayList<>();
  private Optional<PromptGroup> group = Optional.empty();
  private int used;

  /**
   * @param waiting longest prompts first; taken from as it goes
   */
  Decoding(InferenceDecoder decoder, int mostRows, Queue<PromptGroup.Waiting> waiting) {
    this.decoder = decoder;
    this.waiting = waiting;
    int all = waiting.stream().mapToInt(prompt -> prompt.continuations().size()).sum();
    this.mostRows = Math.min(mostRows, all);
    int longest =
        waiting.stream()
            .flatMap(prompt -> prompt.continuations().stream())
            .mapToInt(Continuation::longest)
            .max()
            .orElse(0);
    this.lead = decoder.sizes().multiple() - 1;
    this.used = lead;
    this.owner = decoder.manager().newSubManager();
    this.cache = decoder.emptyCache(owner, this.mostRows, lead + longest + SLACK);
  }

  /** Draws a token for each continuation. */
  @FunctionalInterface
  interface Draw {
    /**
     * @param logits {@code [B, V]}, a row of each
     * @param uniform {@code [B]} float64 in [0, 1); {@code [0]} if nothing is random
     */
    long[] tokens(NDArray logits, NDArray uniform, List<Continuation> continuations);
  }

  /**
   * Goes on until all have ended.
   *
   * @param random whether the draw needs random numbers
   */
  void run(boolean random, Draw draw) {
    while (true) {
      replaceEnded();
      if (rows.isEmpty()) {
        return;
      }
      giveBackColumns();
      try (NDManager step = owner.newSubManager()) {
        InputBuffer buffer = new InputBuffer();
        InferenceDecoder.Fed fed = lastTokens(buffer, random);
        buffer.send(step);
        NDArray logits = logits(step, fed);
        long[] next = draw.tokens(logits, fed.uniform().tensor(), rows);
        for (int row = 0; row < next.length; row++) {
          rows.get(row).append(next[row]);
        }
      }
    }
  }

  // -- rows --------------------------------------------------------------------------------------

  private void replaceEnded() {
    List<Integer> free =
        new ArrayList<>(
            IntStream.range(0, mostRows)
                .filter(row -> row >= rows.size() || rows.get(row).hasEnded())
                .boxed()
                .toList());
    while (!free.isEmpty() && someWait()) {
      enter(free);
    }
    closeGaps();
  }

  private boolean someWait() {
    if (group.isPresent() && group.get().isEmpty()) {
      group.get().close();
      group = Optional.empty();
    }
    if (group.isEmpty() && !waiting.isEmpty()) {
      group =
          Optional.of(new PromptGroup(decoder, waiting, decoder.sizes().tokensOr(PROMPT_PLACES)));
    }
    return group.isPresent();
  }

  /** Members of the group take free rows, as many as there are of both. */
  private void enter(List<Integer> free) {
    PromptGroup from = group.orElseThrow();
    int columns = 0;
    List<Long> fromRows = new ArrayList<>();
    List<Long> toRows = new ArrayList<>();
    while (!free.isEmpty() && !from.isEmpty()) {
      PromptGroup.Member member = from.next();
      columns = Math.max(columns, member.continuation().tokensBefore());
      int row = free.remove(0);
      if (row < rows.size()) {
        rows.set(row, member.continuation());
      } else {
        rows.add(member.continuation());
      }
      fromRows.add(member.row());
      toRows.add((long) row);
    }
    used = Math.max(used, lead + columns); // only if all rows are new
    copy(from.cache(), fromRows, toRows, from.columns() - columns, used - columns, columns);
  }

  /** The last rows move to where one has ended and nobody came. */
  private void closeGaps() {
    int going = (int) rows.stream().filter(row -> !row.hasEnded()).count();
    List<Long> gaps = new ArrayList<>();
    List<Long> last = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      if (rows.get(row).hasEnded() && row < going) {
        gaps.add((long) row);
      } else if (!rows.get(row).hasEnded() && row >= going) {
        last.add((long) row);
      }
    }
    copy(cache, last, gaps, 0, 0, used);
    for (int i = 0; i < gaps.size(); i++) {
      rows.set(gaps.get(i).intValue(), rows.get(last.get(i).intValue()));
    }
    rows.subList(going, rows.size()).clear();
  }

  private void copy(
      NDArray source, List<Long> fromRows, List<Long> toRows, int first, int to, int count) {
    if (fromRows.isEmpty() || count == 0) {
      return;
    }
    decoder.copyCache(source, longs(fromRows), cache, longs(toRows), first, to, count);
  }

  private static long[] longs(List<Long> list) {
    return list.stream().mapToLong(Long::longValue).toArray();
  }

  // -- columns -----------------------------------------------------------------------------------

  private void giveBackColumns() {
    int needed = rows.stream().mapToInt(Continuation::tokensBefore).max().orElseThrow();
    int free = used - lead - needed;
    if (free >= SLACK) {
      List<Long> all = IntStream.range(0, rows.size()).mapToObj(row -> (long) row).toList();
      copy(cache, all, all, lead + free, lead, needed);
      used = lead + needed;
    }
  }

  private InferenceDecoder.Fed lastTokens(InputBuffer buffer, boolean random) {
    int columns = window();
    long[] tokens = new long[rows.size()];
    long[] positions = new long[rows.size()];
    long[] first = new long[rows.size()];
    double[] uniform = new double[random ? rows.size() : 0];
    for (int row = 0; row < rows.size(); row++) {
      Continuation continuation = rows.get(row);
      tokens[row] = continuation.lastToken();
      positions[row] = continuation.tokensBefore();
      first[row] = columns - 1 - continuation.tokensBefore();
      if (random) {
        uniform[row] = continuation.draw();
      }
    }
    Shape one = new Shape(rows.size(), 1);
    return new InferenceDecoder.Fed(
        buffer.integers(tokens, one),
        buffer.integers(positions, one),
        buffer.integers(first),
        buffer.doubles(uniform));
  }

  /** Columns that the next token's are the last of, in a number that the device wants. */
  private int window() {
    return decoder.sizes().length(used - lead + 1);
  }

  private NDArray logits(NDManager step, InferenceDecoder.Fed fed) {
    int columns = window();
    used++;
    return decoder.nextLogits(step, fed, used - columns, columns, cache);
  }

  @Override
  public void close() {
    group.ifPresent(PromptGroup::close);
    owner.close();
  }
}
