package io.gdpo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DownloadLogTest {
  private final List<String> lines = new ArrayList<>();
  private final AtomicLong nanoTime = new AtomicLong();
  private final DownloadLog log = new DownloadLog(lines::add, nanoTime::get);

  @Test
  void linesAreSecondsApartAndTheEndIsToldOnce() {
    for (int second = 0; second <= 12; second++) {
      nanoTime.set(TimeUnit.SECONDS.toNanos(second));
      log.transferred("o/n model.safetensors", second * 10_000_000L, 120_000_000L);
    }
    log.transferred("o/n model.safetensors", 120_000_000L, 120_000_000L);

    assertThat(lines)
        .containsExactly(
            "downloading o/n model.safetensors: 50.0 of 120.0 MB (41 %), 10.0 MB/s",
            "downloading o/n model.safetensors: 100.0 of 120.0 MB (83 %), 10.0 MB/s",
            "downloading o/n model.safetensors: 120.0 of 120.0 MB (100 %), 10.0 MB/s");
  }
}
