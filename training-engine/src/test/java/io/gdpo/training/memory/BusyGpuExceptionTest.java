package io.gdpo.training.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryEstimate.Part;
import io.gdpo.training.run.TrainCommand;
import org.junit.jupiter.api.Test;

class BusyGpuExceptionTest {
  private static final long GIGABYTE = 1L << 30;
  private static final MemoryEstimate FOUR =
      MemoryEstimate.during("in a step").with(Part.WEIGHTS, 4 * GIGABYTE).onGpu();

  @Test
  void a_gpu_that_others_fill_is_tried_again_and_one_that_is_too_small_is_not() {
    assertThatThrownBy(() -> BusyGpuException.check(FOUR, Device.gpu(1), gpu(2, 80)))
        .isInstanceOf(BusyGpuException.class)
        .hasMessageContaining("cuda:1 has 2,048 MB free of 81,920 MB")
        .hasMessageContaining("tried again later")
        .satisfies(e -> assertThat(new TrainCommand().isRefusal(e)).isFalse());
    assertThatCode(() -> BusyGpuException.check(FOUR, Device.gpu(1), gpu(2, 3)))
        .doesNotThrowAnyException(); // refused for good by the plan
    assertThatCode(() -> BusyGpuException.check(FOUR, Device.gpu(1), gpu(6, 80)))
        .doesNotThrowAnyException();
    assertThatCode(() -> BusyGpuException.check(FOUR, Device.cpu(), gpu(2, 80)))
        .doesNotThrowAnyException();
  }

  @Test
  void on_a_gpu_the_estimate_is_of_its_memory_with_a_context_and_without_the_hosts_runtime() {
    assertThat(FOUR.of(Part.RUNTIME)).isZero();
    assertThat(FOUR.of(Part.CONTEXT)).isEqualTo(MemoryEstimate.CONTEXT);
    assertThat(FOUR.total()).isEqualTo(4 * GIGABYTE + MemoryEstimate.CONTEXT);
  }

  private static AvailableMemory gpu(long free, long all) {
    return new AvailableMemory() {
      @Override
      public long on(Device device) {
        return free * GIGABYTE;
      }

      @Override
      public long total(Device device) {
        return all * GIGABYTE;
      }
    };
  }
}
