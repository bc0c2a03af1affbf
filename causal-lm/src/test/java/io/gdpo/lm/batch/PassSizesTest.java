package io.gdpo.lm.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PassSizesTest {
  @Test
  void a_cpu_computes_what_is_needed_and_a_gpu_few_sizes() {
    PassSizes cpu = PassSizes.of(Device.cpu());
    PassSizes gpu = PassSizes.of(Device.gpu(3));

    for (int needed = 1; needed < 1_000; needed++) {
      assertThat(cpu.length(needed)).isEqualTo(needed);
      assertThat(cpu.rows(needed)).isEqualTo(needed);
      assertThat(gpu.length(needed)).isBetween(needed, needed + 63).matches(l -> l % 64 == 0);
      assertThat(gpu.rows(needed)).isBetween(needed, needed + needed / 4);
    }
    assertThat(IntStream.range(1, 1_000).map(gpu::rows).distinct().count()).isLessThan(40);
    assertThat(IntStream.of(1, 8, 9, 17, 33, 100).map(gpu::rows))
        .containsExactly(1, 8, 10, 20, 40, 112);
  }

  @Test
  void padding_to_a_size_is_seen_by_nobody_and_counted_by_nobody() {
    List<TokenTree> row = List.of(TokenTree.of(List.of(new long[] {3, 1, 4})));

    TokenBatch batch = TokenBatch.ofRows(List.of(row), PassSizes.OF_GPU);

    assertThat(batch.rows()).isEqualTo(1);
    assertThat(batch.length()).isEqualTo(64);
    assertThat(batch.realTokens()).isEqualTo(3);
    assertThat(batch.end()).startsWith(3, 3, 3, 0).endsWith(0);
  }
}
