package io.gdpo.lm.safetensors;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What stands in front of a safetensors file's tensors: 8 bytes little-endian length, and a JSON
 * object of that length, padded with blanks. It is read as strictly as the format's own reader
 * does: every number is whole, every place is named once, and the tensors fill the file without
 * gaps.
 *
 * @param entries tensors by name, in the header's order
 * @param metadata free texts
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  /** Where a tensor lies: {@code begin} and {@code end} are offsets in the file. */
  record Entry(Storage storage, Shape shape, long begin, long end) {}

  /** What the header says of a tensor, but for its place. */
  record Declared(Storage storage, Shape shape) {}

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .build();
  private static final String METADATA = "__metadata__";

  /** The format's own bound. */
  private static final long LONGEST = 100_000_000;

  /**
   * Reads a file's header and checks it against the file's size.
   *
   * @throws InvalidModelException if it is not a safetensors file, is torn, or holds an unknown
   *     element type
   */
  static SafetensorsHeader read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw not(file, "it has " + size + " bytes");
    }
    long length = SafetensorsReader.read(channel, 0, Long.BYTES).getLong();
    if (length < 2 || length > LONGEST) {
      throw not(
          file,
          String.format(
              Locale.ROOT,
              "its first 8 bytes give a header of %s bytes, at most %d are allowed",
              Long.toUnsignedString(length),
              LONGEST));
    }
    long data = Long.BYTES + length;
    if (data > size) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "%s is torn: its header ends at byte %d, the file at %d; copy or save it again",
              file,
              data,
              size));
    }
    Map<String, Entry> entries = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    JsonNode header = json(file, SafetensorsReader.read(channel, Long.BYTES, (int) length).array());
    for (Map.Entry<String, JsonNode> field : header.properties()) {
      if (field.getKey().equals(METADATA)) {
        field.getValue().properties().forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
      } else {
        entries.put(field.getKey(), entry(file, field.getKey(), field.getValue(), data));
      }
    }
    requireWhole(file, entries, data, size);
    return new SafetensorsHeader(entries, metadata);
  }

  private static JsonNode json(Path file, byte[] text) throws IOException {
    JsonNode header;
    try {
      header = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(
          file + " is not a safetensors file: its header is not JSON: " + e.getOriginalMessage(),
          e);
    }
    if (!header.isObject()) {
      throw not(file, "its header is not a JSON object");
    }
    return header;
  }

  private static InvalidModelException not(Path file, String why) {
    return new InvalidModelException(file + " is not a safetensors file: " + why);
  }

  private static Entry entry(Path file, String name, JsonNode field, long data) {
    String dtype = field.path("dtype").asText();
    Storage storage;
    try {
      storage = Storage.valueOf(dtype);
    } catch (IllegalArgumentException e) {
      throw new InvalidModelException(
          "%s: tensor %s has element type %s, which is not known here; save it as float32"
              .formatted(file, name, dtype),
          e);
    }
    List<Long> shape = numbers(file, name, field, "shape");
    List<Long> offsets = numbers(file, name, field, "data_offsets");
    if (offsets.size() != 2
        || offsets.get(1) < offsets.get(0)
        || offsets.get(1) - offsets.get(0) != bytesOf(shape, storage)) {
      throw new InvalidModelException(
          "%s: tensor %s is declared as %s %s at bytes %s, which do not agree"
              .formatted(file, name, dtype, shape, offsets));
    }
    return new Entry(storage, new Shape(shape), data + offsets.get(0), data + offsets.get(1));
  }

  /** A list of whole numbers of at least 0, which must be there; as long as a file may be. */
  private static List<Long> numbers(Path file, String name, JsonNode field, String key) {
    JsonNode list = field.path(key);
    List<Long> numbers = new ArrayList<>();
    for (JsonNode number : list) {
      if (number.isIntegralNumber() && number.canConvertToLong() && number.longValue() >= 0) {
        numbers.add(number.longValue());
      }
    }
    if (!list.isArray() || numbers.size() != list.size()) {
      throw new InvalidModelException(
          "%s: tensor %s: %s must be a list of whole numbers, %s; save the file again"
              .formatted(file, name, key, list.isMissingNode() ? "is missing" : "is " + list));
    }
    return numbers;
  }

  /** The size that a shape takes, or -1 if no tensor can have it. */
  private static long bytesOf(List<Long> dimensions, Storage storage) {
    BigInteger bytes = BigInteger.valueOf(storage.bytes);
    for (long dimension : dimensions) {
      bytes = bytes.multiply(BigInteger.valueOf(dimension));
    }
    return bytes.bitLength() < Long.SIZE ? bytes.longValue() : -1;
  }

  private static void requireWhole(Path file, Map<String, Entry> entries, long data, long size) {
    List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(entries.entrySet());
    byPlace.sort(
        Comparator.comparingLong((Map.Entry<String, Entry> named) -> named.getValue().begin())
            .thenComparingLong(named -> named.getValue().end())); // empty ones first
    long at = data;
    for (Map.Entry<String, Entry> named : byPlace) {
      Entry entry = named.getValue();
      if (entry.begin() != at) {
        throw new InvalidModelException(
            String.format(
                Locale.ROOT,
                "%s is damaged: tensor %s starts at byte %d, where %d was due",
                file,
                named.getKey(),
                entry.begin(),
                at));
      }
      at = entry.end();
      if (at > size) {
        throw new InvalidModelException(
            String.format(
                Locale.ROOT,
                "%s is torn: tensor %s ends at byte %d, the file at %d; copy or save it again",
                file,
                named.getKey(),
                at,
                size));
      }
    }
    if (at != size) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT, "%s is damaged: %d bytes follow the last tensor", file, size - at));
    }
  }

  /** A header's bytes, without its length. */
  static byte[] of(Map<String, Declared> tensors, Map<String, String> metadata) throws IOException {
    ObjectNode header = JSON.createObjectNode();
    if (!metadata.isEmpty()) {
      metadata.forEach(header.putObject(METADATA)::put);
    }
    long offset = 0;
    for (Map.Entry<String, Declared> named : tensors.entrySet()) {
      Storage storage = named.getValue().storage();
      Shape shape = named.getValue().shape();
      ObjectNode entry = header.putObject(named.getKey());
      entry.put("dtype", storage.name());
      for (long dimension : shape.getShape()) {
        entry.withArray("shape").add(dimension);
      }
      if (shape.dimension() == 0) {
        entry.putArray("shape");
      }
      long end = offset + shape.size() * storage.bytes;
      entry.putArray("data_offsets").add(offset).add(end);
      offset = end;
    }
    byte[] text = JSON.writeValueAsBytes(header);
    int padded = (text.length + 7) / 8 * 8; // so that the tensors are aligned
    return (new String(text, StandardCharsets.UTF_8) + " ".repeat(padded - text.length))
        .getBytes(StandardCharsets.UTF_8);
  }
}
