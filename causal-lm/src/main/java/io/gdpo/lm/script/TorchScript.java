package io.gdpo.lm.script;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.JniUtils;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Turns readable TorchScript source text into a module that libtorch runs, so that everything that
 * is differentiated runs inside libtorch and no Python is needed at build or run time.
 *
 * <p>The source is TorchScript's serialized dialect: one {@code class Name(Module):} with {@code
 * training : bool}, its attributes, and methods over {@code Tensor} and {@code List[Tensor]}; every
 * ATen operator is there as {@code torch.name(...)}. The archive is the format of {@code
 * torch.jit.save}: a zip of stored entries with a pickled object and its class's source.
 */
public final class TorchScript {
  private static final String PREFIX = "m/";
  private static final Map<String, Object> IN_EVALUATION_MODE = Map.of("training", false);

  private TorchScript() {}

  /**
   * Loads a module without attributes.
   *
   * @param manager owns the module: closing it closes the module
   * @param name the class in {@code source}
   * @param source serialized-dialect TorchScript
   * @throws IllegalArgumentException if the source does not compile; the message is libtorch's
   */
  public static TorchScriptModule load(NDManager manager, String name, String source) {
    return load(manager, name, source, Map.of());
  }

  /**
   * Loads a module whose class declares these attributes.
   *
   * @param attributes values of type {@link Long}, {@link Integer}, {@link Double}, {@link Boolean}
   *     or {@link String}, declared in the class as {@code name : int}, {@code float}, {@code bool}
   *     or {@code str}
   */
  public static TorchScriptModule load(
      NDManager manager, String name, String source, Map<String, ?> attributes) {
    if (!Pattern.compile("(?m)^class " + Pattern.quote(name) + "\\(Module\\):")
        .matcher(source)
        .find()) {
      throw new IllegalArgumentException(
          "The TorchScript source has no line \"class " + name + "(Module):\"");
    }
    NDManager owner = manager.newSubManager();
    try {
      byte[] archive = archive(name, source, attributes);
      PtSymbolBlock block =
          JniUtils.loadModule((PtNDManager) owner, new ByteArrayInputStream(archive), false, false);
      return new TorchScriptModule(name, owner, block);
    } catch (IOException e) {
      owner.close();
      throw new UncheckedIOException("Cannot load the TorchScript module " + name, e);
    } catch (RuntimeException e) {
      owner.close();
      throw new IllegalArgumentException(
          "The TorchScript module " + name + " does not load: " + e.getMessage(), e);
    }
  }

  /**
   * Loads a module whose source is a resource beside {@code anchor}, such as {@code gpt2.py}.
   *
   * @throws IllegalArgumentException if there is no such resource or it does not compile
   */
  public static TorchScriptModule loadResource(
      NDManager manager, Class<?> anchor, String resource, String name, Map<String, ?> attributes) {
    try (InputStream in = anchor.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(resource + " beside " + anchor.getName());
      }
      String source = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return load(manager, name, source, attributes);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the TorchScript source " + resource, e);
    }
  }

  static byte[] archive(String name, String source, Map<String, ?> attributes) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.setMethod(ZipOutputStream.STORED);
      store(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
      store(zip, "data.pkl", pickledModule(name, attributes));
      store(zip, "constants.pkl", pickledEmptyTuple());
      store(zip, "code/__torch__.py", source.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(PREFIX + name);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** Python pickle, protocol 2: {@code __torch__.name.__new__()} with a state of attributes. */
  private static byte[] pickledModule(String name, Map<String, ?> attributes) throws IOException {
    Map<String, Object> state = new TreeMap<>(attributes);
    state.putAll(IN_EVALUATION_MODE);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.write(new byte[] {(byte) 0x80, 2});
    out.writeBytes("c__torch__\n" + name + "\n"); // GLOBAL
    out.writeBytes(")\u0081}("); // EMPTY_TUPLE NEWOBJ EMPTY_DICT MARK
    for (Map.Entry<String, Object> attribute : state.entrySet()) {
      pickle(out, attribute.getKey());
      pickle(out, attribute.getKey(), attribute.getValue());
    }
    out.writeBytes("ub."); // SETITEMS BUILD STOP
    return bytes.toByteArray();
  }

  private static void pickle(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte('X'); // BINUNICODE
    out.writeInt(Integer.reverseBytes(utf8.length));
    out.write(utf8);
  }

  private static void pickle(DataOutputStream out, String name, Object value) throws IOException {
    if (value instanceof Boolean flag) {
      out.writeByte(flag ? 0x88 : 0x89); // NEWTRUE, NEWFALSE
    } else if (value instanceof Integer || value instanceof Long) {
      out.writeByte(0x8a); // LONG1
      out.writeByte(Long.BYTES);
      out.writeLong(Long.reverseBytes(((Number) value).longValue()));
    } else if (value instanceof Double number) {
      out.writeByte('G'); // BINFLOAT, big-endian
      out.writeDouble(number);
    } else if (value instanceof String text) {
      pickle(out, text);
    } else {
      throw new IllegalArgumentException(
          "Attribute "
              + name
              + " is a "
              + value.getClass()
              + "; give a long, a double, a boolean or a string");
    }
  }

  private static byte[] pickledEmptyTuple() {
    return new byte[] {(byte) 0x80, 2, ')', '.'};
  }
}
