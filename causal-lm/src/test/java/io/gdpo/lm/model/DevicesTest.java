package io.gdpo.lm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DevicesTest {
  @Test
  void auto_is_the_first_gpu_if_there_is_one() {
    assertThat(Devices.choose("auto", () -> 2)).isEqualTo(Device.gpu(0));
    assertThat(Devices.choose("auto", () -> 0)).isEqualTo(Device.cpu());
  }

  @Test
  void what_is_asked_for_by_name_is_taken() {
    assertThat(Devices.choose("cpu", () -> 2)).isEqualTo(Device.cpu());
    assertThat(Devices.choose("cuda:1", () -> 2)).isEqualTo(Device.gpu(1));
    assertThat(Devices.name(Device.gpu(1))).isEqualTo("cuda:1");
    assertThat(Devices.name(Device.cpu())).isEqualTo("cpu");
  }

  @ParameterizedTest
  @CsvSource({
    "cuda:2, 2, 'only cuda:0, cuda:1'",
    "cuda:0, 0, libtorch sees no GPU",
    "cuda:99999999999, 1, only cuda:0",
    "gpu, 1, none of auto",
  })
  void what_is_not_there_is_refused_with_what_is(String asked, int gpus, String message) {
    assertThatThrownBy(() -> Devices.choose(asked, () -> gpus))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "true, true, 1, ",
    "false, false, 0, ",
    "true, true, 0, libcudart was not found",
    "false, true, 0, built for CPUs",
    "true, false, 0, no driver",
  })
  void that_a_gpu_is_not_used_is_explained(
      boolean libtorchHasCuda, boolean driver, int seen, String why) {
    assertThat(Devices.whyNoGpu(libtorchHasCuda, driver, seen).orElse(""))
        .contains(why == null ? "" : why)
        .matches(words -> words.isEmpty() == (why == null));
  }

  @Test
  void this_machines_listing_is_libtorchs() {
    assertThat(Devices.choose("auto")).isNotNull();
  }
}
