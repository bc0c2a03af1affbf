package io.gdpo.lm.safetensors;

import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.safetensors.SafetensorsHeader.Declared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Writes a safetensors file from numbers on the Java heap, piece by piece and each tensor in its
 * own format: no libtorch, and memory for a piece only, however large the model is.
 */
public final class FloatFile {
  private FloatFile() {}

  /** A tensor to come. */
  public record Tensor(FloatFormat format, Shape shape) {}

  /** Takes a tensor's elements, row-major, piece after piece. */
  @FunctionalInterface
  public interface Sink {
    /** Takes the first {@code count} elements of an array, which it may change. */
    void put(float[] values, int count) throws IOException;
  }

  /** Gives each tensor's elements. */
  @FunctionalInterface
  public interface Source {
    void give(String name, Sink sink) throws IOException;
  }

  /**
   * Writes the tensors in the map's order and forces them to the disk.
   *
   * @param file replaced if it exists
   * @param metadata free texts for the header
   * @throws InvalidModelException if a finite number is beyond its tensor's format
   * @throws IllegalArgumentException if the source gives too many or too few elements
   */
  public static void write(
      Path file, Map<String, Tensor> tensors, Source source, Map<String, String> metadata)
      throws IOException {
    Map<String, Declared> declared = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> declared.put(name, new Declared(tensor.format.storage(), tensor.shape)));
    SafetensorsWriter.write(
        file,
        declared,
        (out, name) -> {
          Pieces pieces = new Pieces(file, out, name, tensors.get(name));
          source.give(name, pieces);
          pieces.requireAll();
        },
        metadata);
  }

  /** Narrows and writes one tensor. */
  private static final class Pieces implements Sink {
    private final Path file;
    private final FileChannel out;
    private final String name;
    private final Tensor tensor;
    private final int width;
    private ByteBuffer stored = ByteBuffer.allocate(0);
    private long written;

    Pieces(Path file, FileChannel out, String name, Tensor tensor) {
      this.file = file;
      this.out = out;
      this.name = name;
      this.tensor = tensor;
      this.width = tensor.format == FloatFormat.F32 ? Float.BYTES : Short.BYTES;
    }

    @Override
    public void put(float[] values, int count) throws IOException {
      int bytes = count * width;
      if (stored.capacity() < bytes) {
        stored = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      }
      stored.clear().limit(bytes);
      tensor.format.narrow(values, count, stored);
      requireInside(values, count);
      SafetensorsWriter.writeAll(out, stored);
      written += count;
    }

    /** Only float16 has a shorter range than float32, but for the last half step of bfloat16. */
    private void requireInside(float[] values, int count) {
      if (tensor.format == FloatFormat.F32) {
        return;
      }
      float[] narrowed = new float[count];
      tensor.format.widen(stored, narrowed, count);
      for (int i = 0; i < count; i++) {
        if (Float.isInfinite(narrowed[i]) && Float.isFinite(values[i])) {
          throw new InvalidModelException(
              "%s: %s holds %s, which is beyond %s, the format of its base; save the base as float32 or bfloat16 first"
                  .formatted(file, name, values[i], tensor.format.torchName()));
        }
      }
    }

    void requireAll() {
      if (written != tensor.shape.size()) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT, "Tensor %s got %d elements, but is %s", name, written, tensor.shape));
      }
    }
  }
}
