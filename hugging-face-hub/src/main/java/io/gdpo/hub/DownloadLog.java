package io.gdpo.hub;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Tells of a download in lines for a log: one every few seconds, and one at its end. */
public final class DownloadLog implements DownloadListener {
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);
  private static final double MEGABYTE = 1e6;

  private final Consumer<String> lines;
  private final LongSupplier nanoTime;
  private boolean begun;
  private long start;
  private long lastLine;
  private long doneBefore;
  private String finished = "";

  public DownloadLog(Consumer<String> lines) {
    this(lines, System::nanoTime);
  }

  DownloadLog(Consumer<String> lines, LongSupplier nanoTime) {
    this.lines = lines;
    this.nanoTime = nanoTime;
  }

  @Override
  public void transferred(String file, long done, long total) {
    long now = nanoTime.getAsLong();
    if (!begun) {
      begun = true;
      start = now;
      lastLine = now;
      doneBefore = done;
    }
    boolean isLast = done >= total;
    if (isLast ? file.equals(finished) : now - lastLine < BETWEEN_LINES.toNanos()) {
      return;
    }
    finished = isLast ? file : "";
    lastLine = now;
    double rate = Math.max(0, done - doneBefore) / Math.max(1e-3, (now - start) / 1e9) / MEGABYTE;
    lines.accept(
        String.format(
            Locale.ROOT,
            "downloading %s: %.1f of %.1f MB (%d %%), %.1f MB/s",
            file,
            done / MEGABYTE,
            total / MEGABYTE,
            total == 0 ? 100 : done * 100 / total,
            rate));
  }

  @Override
  public void said(String line) {
    lines.accept(line);
  }
}
