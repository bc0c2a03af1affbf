package io.gdpo.lm.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.function.BiFunction;
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

  /** All that comes later sees a token of its own sequence. */
  private static final long SEEN_BY_ALL_AFTER = Long.MAX_VALUE;

  private final InferenceDecoder decoder;
  private final NDManager owner;
  private final NDArray cache;
  private final int mostRows;
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
    this.owner = decoder.manager().newSubManager();
    this.cache = decoder.emptyCache(owner, this.mostRows, longest + SLACK);
  }

  /**
   * Goes on until all have ended.
   *
   * @param nextTokens draws a token for each continuation from its row of logits {@code [B, V]}
   */
  void run(BiFunction<NDArray, List<Continuation>, long[]> nextTokens) {
    while (true) {
      replaceEnded();
      if (rows.isEmpty()) {
        return;
      }
      giveBackColumns();
      try (NDManager step = owner.newSubManager()) {
        long[] next = nextTokens.apply(feedLastTokens(step), rows);
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
      group = Optional.of(new PromptGroup(decoder, waiting, PROMPT_PLACES));
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
    used = Math.max(used, columns); // only if all rows are new
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
    int free = used - needed;
    if (free >= SLACK) {
      List<Long> all = IntStream.range(0, rows.size()).mapToObj(row -> (long) row).toList();
      copy(cache, all, all, free, 0, needed);
      used = needed;
    }
  }

  private NDArray feedLastTokens(NDManager step) {
    int columns = used + 1;
    long[] tokens = new long[rows.size()];
    long[] positions = new long[rows.size()];
    long[] end = new long[rows.size() * columns];
    for (int row = 0; row < rows.size(); row++) {
      Continuation continuation = rows.get(row);
      tokens[row] = continuation.lastToken();
      positions[row] = continuation.tokensBefore();
      int stop = (row + 1) * columns;
      Arrays.fill(end, stop - 1 - continuation.tokensBefore(), stop, SEEN_BY_ALL_AFTER);
    }
    used = columns;
    return decoder.nextLogits(step, tokens, positions, end, cache);
  }

  @Override
  public void close() {
    group.ifPresent(PromptGroup::close);
    owner.close();
  }
}
