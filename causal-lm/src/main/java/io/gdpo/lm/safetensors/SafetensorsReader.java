package io.gdpo.lm.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.safetensors.SafetensorsHeader.Entry;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Reads the tensors of an open file piece by piece. Several threads may read at once.
 *
 * @param file for messages
 * @param channel stays with its owner
 */
record SafetensorsReader(Path file, FileChannel channel) {
  /** Direct memory is freed late, so that each thread keeps its own for a piece. */
  private static final ThreadLocal<ByteBuffer> STORED =
      ThreadLocal.withInitial(() -> direct(Safetensors.PIECE * Long.BYTES));

  private static final ThreadLocal<ByteBuffer> WIDE =
      ThreadLocal.withInitial(() -> direct(Safetensors.PIECE * Float.BYTES));

  static ByteBuffer read(FileChannel channel, long begin, int bytes) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    fill(channel, begin, read);
    return read;
  }

  /** Reads until the buffer is full, and makes it ready to be taken from. */
  private static void fill(FileChannel channel, long begin, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, begin + buffer.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    buffer.flip();
  }

  /** A part of a tensor of floating-point numbers: see {@link Safetensors#readFloats}. */
  void floats(Entry entry, long from, float[] into, int count) throws IOException {
    int width = entry.storage().bytes;
    ByteBuffer stored = read(channel, entry.begin() + from * width, count * width);
    FloatFormat.of(entry.storage()).widen(stored, into, count);
  }

  /**
   * A whole tensor, owned by {@code owner}; floating-point numbers shorter than float32 widened.
   */
  NDArray tensor(NDManager owner, String name, Entry entry) {
    DataType type =
        switch (entry.storage()) {
          case I64 -> DataType.INT64;
          case F64 -> DataType.FLOAT64;
          default -> DataType.FLOAT32;
        };
    NDArray tensor = owner.create(entry.shape(), type);
    try (NDManager scratch = owner.newSubManager()) {
      long elements = entry.shape().size();
      NDArray flat = tensor.reshape(new Shape(elements));
      flat.attach(scratch);
      ByteBuffer stored = STORED.get();
      boolean widens = entry.storage().bytes < Float.BYTES;
      ByteBuffer values = widens ? WIDE.get() : stored;
      for (long from = 0; from < elements; from += Safetensors.PIECE) {
        int count = (int) Math.min(Safetensors.PIECE, elements - from);
        int bytes = entry.storage().bytes;
        fill(channel, entry.begin() + from * bytes, stored.clear().limit(count * bytes));
        switch (entry.storage()) {
          case F32, F64, I64 -> {}
          case F16 -> widen(stored, values.clear(), HalfPrecision::toFloat);
          case BF16 -> widen(stored, values.clear(), bits -> Float.intBitsToFloat(bits << 16));
          default -> throw new IllegalStateException(entry.storage() + " is not loaded");
        }
        try (NDArray piece = scratch.create(values, new Shape(count), type)) { // a mere alias
          flat.set(new NDIndex("{}:{}", from, from + count), piece);
        }
      }
      return tensor;
    } catch (IOException e) {
      tensor.close();
      throw new UncheckedIOException("Cannot read tensor " + name + " of " + file, e);
    }
  }

  private static ByteBuffer direct(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }

  @FunctionalInterface
  private interface Widening {
    float toFloat(short bits);
  }

  private static void widen(ByteBuffer narrow, ByteBuffer wide, Widening widening) {
    ShortBuffer from = narrow.asShortBuffer();
    FloatBuffer to = wide.asFloatBuffer();
    wide.limit(from.remaining() * Float.BYTES);
    while (from.hasRemaining()) {
      to.put(widening.toFloat(from.get()));
    }
  }
}
