package io.gdpo.lm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  @TempDir Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void every_element_type_is_read_as_pytorch_wrote_it() throws Exception {
    Path file = Path.of(SafetensorsTest.class.getResource("../element-types.safetensors").toURI());
    try (Safetensors stored = Safetensors.open(file)) {
      assertThat(stored.loadFloats(manager, "f32").toFloatArray())
          .containsExactly(
              0, -0f, 1, -2.5f, 65504, 6e-8f, 1e-5f, -0.3333f, Float.POSITIVE_INFINITY);
      for (String narrow : new String[] {"f16", "bf16"}) {
        assertThat(stored.loadFloats(manager, narrow).toFloatArray())
            .containsExactly(stored.loadFloats(manager, narrow + ".widened").toFloatArray());
      }
      assertThat(stored.loadLongs(manager, "i64").toLongArray()).containsExactly(-1, 1L << 40, 7);
      assertThat(stored.shape("scalar")).isEqualTo(new Shape());
      assertThat(stored.loadFloats(manager, "scalar").getFloat()).isEqualTo(2.5f);
      assertThatThrownBy(() -> stored.loadFloats(manager, "i64")).hasMessageContaining("i64");
      assertThatThrownBy(() -> stored.loadLongs(manager, "f16")).hasMessageContaining("f16");
      assertThatThrownBy(() -> stored.shape("absent")).hasMessageContaining("absent");
    }
  }

  @Test
  void what_is_written_is_read_again() throws IOException {
    Path file = folder.resolve("state.safetensors");
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    tensors.put("moment", manager.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3)));
    tensors.put("step", manager.create(12L));
    tensors.put("sums", manager.create(new double[] {-47.74151798, 1e-300}));
    tensors.put("none", manager.create(new Shape(0, 3), DataType.FLOAT32));
    Safetensors.write(file, tensors, Map.of("h\u00e9llo", "w\u00f6rld"));
    try (Safetensors stored = Safetensors.open(file)) {
      assertThat(stored.names()).containsExactly("moment", "step", "sums", "none");
      assertThat(stored.metadata()).containsExactly(Map.entry("h\u00e9llo", "w\u00f6rld"));
      NDArray moment = stored.loadFloats(manager, "moment");
      assertThat(moment.getShape()).isEqualTo(new Shape(2, 3));
      assertThat(moment.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
      assertThat(stored.loadLongs(manager, "step").getLong()).isEqualTo(12);
      assertThat(stored.loadDoubles(manager, "sums").toDoubleArray())
          .containsExactly(-47.74151798, 1e-300);
      assertThatThrownBy(() -> stored.loadDoubles(manager, "step")).hasMessageContaining("step");
      assertThat(stored.shape("none")).isEqualTo(new Shape(0, 3));
    }
  }

  @Test
  void loaded_tensors_outlive_the_file_and_can_be_changed() throws IOException {
    Path file = folder.resolve("one.safetensors");
    Safetensors.write(file, Map.of("x", manager.create(new float[] {1, 2})), Map.of());
    NDArray x;
    try (Safetensors stored = Safetensors.open(file)) {
      x = stored.loadFloats(manager, "x");
    }
    Files.delete(file);
    System.gc();
    x.set(new float[] {3, 4});
    assertThat(x.toFloatArray()).containsExactly(3, 4);
  }

  @Test
  void loading_leaves_one_array_with_its_owner() throws IOException {
    Path file = folder.resolve("one.safetensors");
    Safetensors.write(file, Map.of("x", manager.create(new float[] {1, 2})), Map.of());
    try (NDManager owner = manager.newSubManager();
        Safetensors stored = Safetensors.open(file)) {
      stored.loadFloats(owner, "x");
      assertThat(owner.getManagedArrays()).hasSize(1);
    }
  }

  @Test
  void other_element_types_are_not_written() {
    assertThatThrownBy(
            () ->
                Safetensors.write(
                    folder.resolve("x"), Map.of("ints", manager.create(new int[] {1})), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ints");
  }

  @Test
  void a_header_that_contradicts_itself_is_refused() throws IOException {
    assertHeaderRefused(
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", "x is declared");
    assertHeaderRefused("{\"x\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "x");
    assertHeaderRefused("{\"x\":{\"dtype\":\"F32\",\"shape\":[2]}}", "data_offsets must be a list");
    assertHeaderRefused(
        "{\"x\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", "F8_E4M3");
    assertHeaderRefused(
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "damaged");
    assertHeaderRefused(
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"y\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
        "damaged");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'x':{'dtype':'F32','shape':[4.7],'data_offsets':[0,8]}} | x: shape must be a list of whole numbers, is [4.7]",
        "{'x':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}} | x: shape must be",
        "{'x':{'dtype':'F32','shape':2,'data_offsets':[0,8]}} | x: shape must be",
        "{'x':{'dtype':'F32','data_offsets':[0,8]}} | x: shape must be a list of whole numbers, is missing",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8,16]}} | x is declared",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | x is declared",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8.0]}} | data_offsets must be",
        "{'x':{'dtype':'F32','shape':[18446744073709551618],'data_offsets':[0,8]}} | x: shape must be",
        "{'x':{'dtype':'F32','shape':[9223372036854775807,9223372036854775807],'data_offsets':[0,8]}} | x is declared",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}, 7 | its header is not JSON",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}} | its header is not JSON",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'x':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}} | its header is not JSON: Duplicate field 'x'",
        "{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'y':{'dtype':'F32','shape':[0],'data_offsets':[4,4]}} | damaged",
        "[7,8,9] | not a JSON object"
      })
  void a_header_is_read_as_strictly_as_the_format_says(String header, String reason)
      throws IOException {
    assertHeaderRefused(header.replace('\'', '"'), reason);
  }

  @Test
  void a_tensor_without_elements_may_stand_at_the_place_of_another() throws IOException {
    Path file = folder.resolve("empty.safetensors");
    String empty = "{'dtype':'F32','shape':[0],'data_offsets':[0,0]}";
    Files.write(
        file,
        bytes(
            ("{'x':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'e':" + empty + "}  ")
                .replace('\'', '"')));
    try (Safetensors stored = Safetensors.open(file)) {
      assertThat(stored.loadFloats(manager, "e").getShape()).isEqualTo(new Shape(0));
      assertThat(stored.loadFloats(manager, "x").toFloatArray()).containsExactly(0, 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "-1, a header of 18446744073709551615 bytes",
    "9223372036854775807, a header of 9223372036854775807 bytes",
    "100000001, a header of 100000001 bytes",
    "99999999, is torn",
    "1, a header of 1 bytes"
  })
  void a_header_longer_than_the_file_is_not_waited_for(long length, String reason)
      throws IOException {
    byte[] content = bytes("{}");
    ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
    Path file = folder.resolve("length.safetensors");
    Files.write(file, content);
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(reason);
  }

  /** A file with this header and 8 bytes of tensors. */
  private static byte[] bytes(String header) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + 8)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private void assertHeaderRefused(String header, String reason) throws IOException {
    Path file = folder.resolve("contradiction.safetensors");
    Files.write(file, bytes(header));
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(reason);
  }
}
