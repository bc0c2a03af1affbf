package io.gdpo.lm.safetensors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;
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
  private static final int PIECE = 1 << 20;

  /** Direct memory is freed late, so that each thread keeps its own for a piece. */
  private static final ThreadLocal<ByteBuffer> STORED =
      ThreadLocal.withInitial(() -> direct(PIECE * Long.BYTES));

  private static final ThreadLocal<ByteBuffer> WIDE =
      ThreadLocal.withInitial(() -> direct(PIECE * Float.BYTES));

  private final Path file;
  private final FileChannel channel;
  private final Map<String, Entry> entries;
  private final Map<String, String> metadata;

  private Safetensors(
      Path file, FileChannel channel, Map<String, Entry> entries, Map<String, String> metadata) {
    this.file = file;
    this.channel = channel;
    this.entries = entries;
    this.metadata = metadata;
  }

  /** Where a tensor lies: {@code begin} and {@code end} are offsets in the file. */
  record Entry(Storage storage, Shape shape, long begin, long end) {}

  /** Element types with their sizes; those that are not loaded may still stand in a file. */
  enum Storage {
    F32(4),
    F16(2),
    BF16(2),
    I64(8),
    F64(8),
    I32(4),
    I16(2),
    I8(1),
    U8(1),
    BOOL(1),
    U16(2),
    U32(4),
    U64(8);

    private static final Set<Storage> FLOATS = Set.of(F32, F16, BF16);

    final int bytes;

    Storage(int bytes) {
      this.bytes = bytes;
    }
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
      SafetensorsHeader header = SafetensorsHeader.read(file, channel);
      return new Safetensors(file, channel, header.entries(), header.metadata());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

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

  /** Names of the tensors, in the header's order. */
  public Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** The header's free texts. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
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
    Entry entry = floats(name);
    int width = entry.storage().bytes;
    ByteBuffer stored = read(channel, entry.begin() + from * width, count * width);
    FloatFormat.of(entry.storage()).widen(stored, into, count);
  }

  private Entry named(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new InvalidModelException(file + " has no tensor " + name);
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
    return load(owner, name, floats(name));
  }

  private Entry floats(String name) {
    Entry entry = named(name);
    if (!Storage.FLOATS.contains(entry.storage())) {
      throw new InvalidModelException(
          file + ": tensor " + name + " holds " + entry.storage() + "; F32, F16 or BF16 is needed");
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
    Entry entry = named(name);
    if (entry.storage() != Storage.I64) {
      throw new InvalidModelException(
          file + ": tensor " + name + " holds " + entry.storage() + " where I64 was expected");
    }
    return load(owner, name, entry);
  }

  /**
   * A tensor that was written as float64.
   *
   * @param owner owns the result, which lies on its device
   * @throws InvalidModelException if there is none of this name, or it holds other numbers
   */
  public NDArray loadDoubles(NDManager owner, String name) {
    Entry entry = named(name);
    if (entry.storage() != Storage.F64) {
      throw new InvalidModelException(
          file + ": tensor " + name + " holds " + entry.storage() + " where F64 was expected");
    }
    return load(owner, name, entry);
  }

  private NDArray load(NDManager owner, String name, Entry entry) {
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
      for (long from = 0; from < elements; from += PIECE) {
        int count = (int) Math.min(PIECE, elements - from);
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
    tensors.forEach(
        (name, tensor) ->
            declared.put(name, new Declared(storageOf(name, tensor), tensor.getShape())));
    write(file, declared, (out, name) -> writeTensor(out, tensors.get(name)), metadata);
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
    write(
        file,
        declared,
        (out, name) -> {
          try (NDManager scratch = owner.newSubManager()) {
            NDArray tensor = made.apply(scratch, name);
            if (!new Declared(storageOf(name, tensor), tensor.getShape())
                .equals(declared.get(name))) {
              throw new IllegalArgumentException(
                  "Tensor %s is %s, but was declared as %s"
                      .formatted(name, tensor.getShape(), shapes.get(name)));
            }
            writeTensor(out, tensor);
          }
        },
        metadata);
  }

  /** What the header says of a tensor, but for its place. */
  record Declared(Storage storage, Shape shape) {}

  @FunctionalInterface
  interface TensorWriter {
    void write(FileChannel out, String name) throws IOException;
  }

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

  private static void writeTensor(FileChannel out, NDArray tensor) throws IOException {
    try (NDManager scratch = tensor.getManager().newSubManager()) {
      long elements = tensor.getShape().size();
      NDArray flat = tensor.reshape(new Shape(elements));
      flat.attach(scratch);
      for (long from = 0; from < elements; from += PIECE) {
        NDArray piece =
            flat.get(scratch, new NDIndex("{}:{}", from, Math.min(elements, from + PIECE)));
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

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
