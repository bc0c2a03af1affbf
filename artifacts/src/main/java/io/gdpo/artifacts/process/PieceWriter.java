package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes {@link Pieces}: the first with the first line, the next after one, two, four and eight
 * seconds, so that a short process is seen at work too, then one in ten seconds at most, and the
 * rest when it is asked to or closed. Goes on behind the numbers of the attempts before. Used by
 * one thread.
 */
public final class PieceWriter implements AutoCloseable {
  private static final long SHORTEST = Duration.ofSeconds(1).toNanos();
  private static final long LONGEST = Duration.ofSeconds(10).toNanos();

  /** Characters of a piece; one that is full does not wait. */
  private static final int LARGEST = 256 * 1024;

  private final ArtifactStore store;
  private final String folder;
  private final LongSupplier nanoTime;
  private final StringBuilder waiting = new StringBuilder();
  private long number;

  /** Between the last piece and the next; none before the first. */
  private long pause;

  private long wroteAt;

  /**
   * @param store takes the pieces
   * @param folder key of their folder
   */
  public PieceWriter(ArtifactStore store, String folder) {
    this(store, folder, System::nanoTime);
  }

  PieceWriter(ArtifactStore store, String folder, LongSupplier nanoTime) {
    this.store = store;
    this.folder = folder;
    this.nanoTime = nanoTime;
    List<Long> earlier = new Pieces(store, store.uri(folder)).numbersAfter(0);
    this.number = earlier.isEmpty() ? 0 : earlier.get(earlier.size() - 1);
  }

  /** Tells a line, now or soon. */
  public void add(String line) {
    waiting.append(line).append('\n');
    writeIfDue();
  }

  /** Writes what has waited long enough; call it now and then. */
  public void writeIfDue() {
    if (pause == 0 || nanoTime.getAsLong() - wroteAt >= pause || waiting.length() >= LARGEST) {
      flush();
    }
  }

  /** Writes what waits. */
  public void flush() {
    if (waiting.length() == 0) {
      return;
    }
    store.write(
        folder + "/" + Pieces.name(number + 1),
        waiting.toString().getBytes(StandardCharsets.UTF_8));
    number++;
    waiting.setLength(0);
    pause = Math.min(LONGEST, Math.max(SHORTEST, 2 * pause));
    wroteAt = nanoTime.getAsLong();
  }

  @Override
  public void close() {
    flush();
  }
}
