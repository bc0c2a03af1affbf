package io.gdpo.lm.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.safetensors.SafetensorsHeader.Declared;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes a header, and behind it tensor after tensor. */
final class SafetensorsWriter {
  private SafetensorsWriter() {}

  @FunctionalInterface
  interface TensorWriter {
    void write(FileChannel out, String name) throws IOException;
  }

  /** Writes the tensors in the map's order and forces them to the disk. */
  static void write(
      Path file, Map<String, Declared> declared, TensorWriter tensors, Map<String, String> metadata)
      throws IOException {
    ByteBuffer header = ByteBuffer.wrap(SafetensorsHeader.of(declared, metadata));
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      writeAll(out, length.putLong(header.remaining()).flip());
      writeAll(out, header);
      for (String name : declared.keySet()) {
        tensors.write(out, name);
      }
      out.force(true);
    }
  }

  /** What the header says of a tensor. */
  static Declared declared(String name, NDArray tensor) {
    return new Declared(storageOf(name, tensor), tensor.getShape());
  }

  private static Storage storageOf(String name, NDArray tensor) {
    return switch (tensor.getDataType()) {
      case FLOAT32 -> Storage.F32;
      case FLOAT64 -> Storage.F64;
      case INT64 -> Storage.I64;
      default ->
          throw new IllegalArgumentException(
              "Tensor "
                  + name
                  + " is "
                  + tensor.getDataType()
                  + "; only float32, float64 and int64 are written");
    };
  }

  static void writeTensor(FileChannel out, NDArray tensor) throws IOException {
    try (NDManager scratch = tensor.getManager().newSubManager()) {
      long elements = tensor.getShape().size();
      NDArray flat = tensor.reshape(new Shape(elements));
      flat.attach(scratch);
      for (long from = 0; from < elements; from += Safetensors.PIECE) {
        NDArray piece =
            flat.get(
                scratch, new NDIndex("{}:{}", from, Math.min(elements, from + Safetensors.PIECE)));
        ByteBuffer bytes = piece.toByteBuffer();
        writeAll(out, bytes);
      }
    }
  }

  static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }
}
