package io.gdpo.lm.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.safetensors.FloatFile.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FloatFileTest {
  @TempDir Path folder;

  @Test
  void every_narrow_number_is_written_as_the_bits_that_it_was_read_from() {
    for (FloatFormat format : new FloatFormat[] {FloatFormat.F16, FloatFormat.BF16}) {
      for (int bits = 0; bits < 1 << 16; bits++) {
        ByteBuffer stored = buffer().putShort(0, (short) bits);
        float[] wide = new float[1];
        format.widen(stored, wide, 1);
        ByteBuffer again = buffer();
        format.narrow(wide, 1, again);
        if (Float.isNaN(wide[0])) {
          format.widen(again, wide, 1);
          assertThat(wide[0]).as("%s %x", format, bits).isNaN();
        } else {
          assertThat(again.getShort(0)).as("%s %x", format, bits).isEqualTo((short) bits);
        }
      }
    }
  }

  @Test
  void a_number_between_two_narrow_ones_becomes_the_nearer_and_of_two_the_even_one() {
    assertThat(narrowed(FloatFormat.BF16, 1 + 0x1p-8f)).isEqualTo(1);
    assertThat(narrowed(FloatFormat.BF16, 1 + 0x1p-7f + 0x1p-8f)).isEqualTo(1 + 0x1p-6f);
    assertThat(narrowed(FloatFormat.BF16, Math.nextUp(1 + 0x1p-8f))).isEqualTo(1 + 0x1p-7f);
    assertThat(narrowed(FloatFormat.F16, 1 + 0x1p-11f)).isEqualTo(1);
    assertThat(narrowed(FloatFormat.F16, -(1 + 0x1p-10f + 0x1p-11f))).isEqualTo(-(1 + 0x1p-9f));
    assertThat(narrowed(FloatFormat.F16, 0x1p-25f)).isEqualTo(0);
    assertThat(narrowed(FloatFormat.F16, Math.nextUp(0x1p-25f))).isEqualTo(0x1p-24f);
    assertThat(narrowed(FloatFormat.F16, 0x1.ffep-15f)).isEqualTo(0x1p-14f);
    assertThat(narrowed(FloatFormat.F16, 65519f)).isEqualTo(65504);
  }

  @Test
  void a_tensor_that_comes_in_pieces_is_read_in_others() throws IOException {
    Path file = folder.resolve("pieces.safetensors");
    FloatFile.write(
        file,
        Map.of("w", new Tensor(FloatFormat.BF16, new Shape(2, 3))),
        (name, sink) -> {
          sink.put(new float[] {1, 2, 3, 4, 99}, 4);
          sink.put(new float[] {5, 6}, 2);
        },
        Map.of("format", "pt"));

    try (Safetensors read = Safetensors.open(file)) {
      float[] part = new float[4];
      read.readFloats("w", 2, part, 3);
      assertThat(part).containsExactly(3, 4, 5, 0);
      assertThat(read.floatFormat("w")).isEqualTo(FloatFormat.BF16);
      assertThat(read.metadata()).containsEntry("format", "pt");
    }
  }

  @Test
  void a_weight_beyond_its_format_is_refused_instead_of_becoming_infinite() {
    assertThatThrownBy(
            () ->
                FloatFile.write(
                    folder.resolve("large.safetensors"),
                    Map.of("w", new Tensor(FloatFormat.F16, new Shape(1))),
                    (name, sink) -> sink.put(new float[] {7e4f}, 1),
                    Map.of()))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("w holds 70000.0, which is beyond float16");
  }

  private static float narrowed(FloatFormat format, float value) {
    ByteBuffer stored = buffer();
    format.narrow(new float[] {value}, 1, stored);
    float[] wide = new float[1];
    format.widen(stored, wide, 1);
    return wide[0];
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN);
  }
}
