package io.gdpo.training.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class OutOfMemoryTest {
  @Test
  void libtorchs_refusal_is_recognised_and_quoted_in_one_line() {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      Throwable thrown =
          catchThrowable(() -> manager.create(new Shape(1L << 46), DataType.FLOAT32));

      assertThat(OutOfMemory.isCause(new IllegalStateException("a step failed", thrown))).isTrue();
      assertThat(OutOfMemory.account(new IllegalStateException("a step failed", thrown)))
          .contains("allocate")
          .doesNotContain("\n");
    }
  }

  @Test
  void the_jvms_and_cudas_are_recognised_too_and_other_failures_are_not() {
    assertThat(OutOfMemory.isCause(new OutOfMemoryError("Java heap space"))).isTrue();
    assertThat(
            OutOfMemory.isCause(new IOException("Map failed", new OutOfMemoryError("Map failed"))))
        .isTrue();
    assertThat(
            OutOfMemory.isCause(
                new IllegalStateException("CUDA out of memory. Tried to allocate 2.00 GiB")))
        .isTrue();
    assertThat(OutOfMemory.isCause(new IllegalStateException("shape mismatch"))).isFalse();
    assertThat(OutOfMemory.isCause(new IllegalStateException())).isFalse();
  }
}
