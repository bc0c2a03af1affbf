package io.gdpo.lm.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.safetensors.SafetensorsHeader.Declared;
import io.gdpo.lm.safetensors.SafetensorsHeader.Entry;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * A safetensors file: named tensors behind a JSON header, checked whole before the first tensor is
 * used, and read piece by piece straight into the tensors' memory: loading takes as much memory as
 * the tensors and 12 MiB a thread, whatever the file's size.
 *
 * <p>Layout: 8 bytes little-endian header length; the header {@code {"name": {"dtype", "shape",
 * "data_offsets"}, "__metadata__": {...}}}; the tensors' bytes, row-major, without gaps.
 *
 * <p>Tensors that are loaded are copies in libtorch's own memory, owned by the manager they were
 * asked for with; they outlive the file. Several threads may read one open file.
 */
public final class Safetensors implements AutoCloseable {
  /** Tensors are read, widened and written in pieces of at most this many elements. */
  static final int PIECE = 1 << 20;

  private final SafetensorsReader reader;
  private final SafetensorsHeader header;

  private Safetensors(SafetensorsReader reader, SafetensorsHeader header) {
    this.reader = reader;
    this.header = header;
  }

  /**
   * Opens a file and checks its header against its size.
   *
   * @throws InvalidModelException if it is not a safetensors file, is torn, or holds an unknown
   *     element type
   */
  public static Safetensors open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new Safetensors(
          new SafetensorsReader(file, channel), SafetensorsHeader.read(file, channel));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** Names of the tensors, in the header's order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  /** The header's free texts. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  /** The shape of a tensor. */
  public Shape shape(String name) {
    return named(name).shape();
  }

  /**
   * How a tensor of floating-point numbers is stored.
   *
   * @throws InvalidModelException if there is none of this name, or it holds other numbers
   */
  public FloatFormat floatFormat(String name) {
    return FloatFormat.of(floats(name).storage());
  }

  /**
   * A part of a tensor of floating-point numbers, on the Java heap: no tensor is made.
   *
   * @param from the first element, row-major
   * @param into filled from its beginning with {@code count} elements as float32
   */
  public void readFloats(String name, long from, float[] into, int count) throws IOException {
    reader.floats(floats(name), from, into, count);
  }

  private Entry named(String name) {
    Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new InvalidModelException(reader.file() + " has no tensor " + name);
    }
    return entry;
  }

  /**
   * A tensor of floating-point numbers as float32.
   *
   * @param owner owns the result, which lies on its device
   * @throws InvalidModelException if there is none of this name, or it holds other numbers
   */
  public NDArray loadFloats(NDManager owner, String name) {
    return reader.tensor(owner, name, floats(name));
  }

  private Entry floats(String name) {
    Entry entry = named(name);
    if (!Storage.FLOATS.contains(entry.storage())) {
      throw new InvalidModelException(
          reader.file()
              + ": tensor "
              + name
              + " holds "
              + entry.storage()
              + "; F32, F16 or BF16 is needed");
    }
    return entry;
  }

  /**
   * A tensor of whole numbers as int64.
   *
   * @param owner owns the result, which lies on its device
   * @throws InvalidModelException if there is none of this name, or it holds floats
   */
  public NDArray loadLongs(NDManager owner, String name) {
    return reader.tensor(owner, name, stored(name, Storage.I64));
  }

  /**
   * A tensor that was written as float64.
   *
   * @param owner owns the result, which lies on its device
   * @throws InvalidModelException if there is none of this name, or it holds other numbers
   */
  public NDArray loadDoubles(NDManager owner, String name) {
    return reader.tensor(owner, name, stored(name, Storage.F64));
  }

  private Entry stored(String name, Storage expected) {
    Entry entry = named(name);
    if (entry.storage() != expected) {
      throw new InvalidModelException(
          "%s: tensor %s holds %s where %s was expected"
              .formatted(reader.file(), name, entry.storage(), expected));
    }
    return entry;
  }

  /**
   * Writes float32 (F32), float64 (F64) and int64 (I64) tensors in the map's order and forces them
   * to the disk.
   *
   * @param file replaced if it exists; write to a temporary name and rename for an atomic change
   * @param tensors stay with their owners
   * @param metadata free texts for the header; may be empty
   * @throws IllegalArgumentException if a tensor is of another type
   */
  public static void write(Path file, Map<String, NDArray> tensors, Map<String, String> metadata)
      throws IOException {
    Map<String, Declared> declared = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> declared.put(name, SafetensorsWriter.declared(name, tensor)));
    SafetensorsWriter.write(
        file,
        declared,
        (out, name) -> SafetensorsWriter.writeTensor(out, tensors.get(name)),
        metadata);
  }

  /**
   * The same for float32 tensors that are made one at a time, so that only one more is in memory.
   *
   * @param shapes of the tensors, by name
   * @param made gives the tensor of a name, which may belong to the manager that is handed in and
   *     is closed after it is written
   * @param owner of those managers
   */
  public static void writeEach(
      Path file,
      Map<String, Shape> shapes,
      BiFunction<NDManager, String, NDArray> made,
      NDManager owner,
      Map<String, String> metadata)
      throws IOException {
    Map<String, Declared> declared = new LinkedHashMap<>();
    shapes.forEach((name, shape) -> declared.put(name, new Declared(Storage.F32, shape)));
    SafetensorsWriter.write(
        file,
        declared,
        (out, name) -> {
          try (NDManager scratch = owner.newSubManager()) {
            NDArray tensor = made.apply(scratch, name);
            if (!SafetensorsWriter.declared(name, tensor).equals(declared.get(name))) {
              throw new IllegalArgumentException(
                  "Tensor %s is %s, but was declared as %s"
                      .formatted(name, tensor.getShape(), shapes.get(name)));
            }
            SafetensorsWriter.writeTensor(out, tensor);
          }
        },
        metadata);
  }

  @Override
  public void close() throws IOException {
    reader.channel().close();
  }
}
