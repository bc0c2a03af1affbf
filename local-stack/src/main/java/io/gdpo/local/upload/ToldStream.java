package io.gdpo.local.upload;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.function.Consumer;

/** Tells how much of something large was read, a line for each tenth. */
public final class ToldStream extends FilterInputStream {
  private static final long LARGE = 50_000_000;
  private static final int LINES = 10;
  private static final double MEGABYTE = 1e6;

  private final long total;
  private final Consumer<String> lines;
  private long read;

  /**
   * @param total bytes that there are
   * @param lines takes what is told
   */
  public ToldStream(InputStream in, long total, Consumer<String> lines) {
    super(in);
    this.total = total;
    this.lines = lines;
  }

  @Override
  public int read() throws IOException {
    int next = super.read();
    count(next < 0 ? 0 : 1);
    return next;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int got = super.read(bytes, offset, length);
    count(Math.max(got, 0));
    return got;
  }

  private void count(int bytes) {
    long before = read * LINES / Math.max(total, 1);
    read += bytes;
    if (total >= LARGE && read * LINES / total > before) {
      lines.accept(
          String.format(
              Locale.ROOT,
              "%3d %%  %,.0f of %,.0f MB",
              100 * read / total,
              read / MEGABYTE,
              total / MEGABYTE));
    }
  }
}
