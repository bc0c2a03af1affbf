package io.gdpo.lm.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.safetensors.FloatFormat;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The weights of a model folder, whether they lie in one safetensors file or in several that an
 * index names.
 *
 * <p>It owns the open files; tensors that are loaded outlive them.
 */
public final class WeightFiles implements AutoCloseable {
  public static final String WHOLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private final Path named;
  private final Map<String, Safetensors> open = new LinkedHashMap<>();
  private final Map<String, Safetensors> fileOf = new LinkedHashMap<>();

  private WeightFiles(Path named) {
    this.named = named;
  }

  /**
   * Opens the weights of a folder.
   *
   * @param isConstant names of tensors that are no weights; files and index may differ in them
   * @throws InvalidModelException if there are none, a file is damaged, or a shard or a tensor that
   *     the index names is missing
   */
  public static WeightFiles open(Path folder, Predicate<String> isConstant) throws IOException {
    Path whole = folder.resolve(WHOLE);
    Path index = folder.resolve(INDEX);
    boolean sharded = !Files.isRegularFile(whole);
    if (sharded && !Files.isRegularFile(index)) {
      throw new InvalidModelException(
          "%s has neither %s nor %s; weights are read from safetensors files (save_pretrained(folder) writes them)%s"
              .formatted(folder, WHOLE, INDEX, OtherWeights.of(folder)));
    }
    WeightFiles weights = new WeightFiles(sharded ? index : whole);
    try {
      if (sharded) {
        weights.addShards(index, isConstant);
      } else {
        Safetensors file = Safetensors.open(whole);
        weights.open.put(WHOLE, file);
        file.names().stream()
            .filter(isConstant.negate())
            .forEach(name -> weights.fileOf.put(name, file));
      }
      return weights;
    } catch (IOException | RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  private void addShards(Path index, Predicate<String> isConstant) throws IOException {
    for (Iterator<Map.Entry<String, JsonNode>> map = weightMap(index).fields(); map.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = map.next();
      String name = entry.getKey();
      if (isConstant.test(name)) {
        continue;
      }
      String shard = entry.getValue().asText();
      Safetensors file = open.get(shard);
      if (file == null) {
        file = openShard(index, shard);
        open.put(shard, file);
      }
      if (!file.names().contains(name)) {
        throw new InvalidModelException(
            "%s: tensor %s should be in %s, but is not; download or save the model again"
                .formatted(index, name, shard));
      }
      fileOf.put(name, file);
    }
    for (Map.Entry<String, Safetensors> shard : open.entrySet()) {
      for (String name : shard.getValue().names()) {
        if (isConstant.test(name)) {
          continue;
        }
        if (fileOf.containsKey(name) && fileOf.get(name) != shard.getValue()) {
          throw new InvalidModelException(
              "%s: %s holds tensor %s, which the index takes from another shard; download or save the model again"
                  .formatted(index, shard.getKey(), name));
        }
        if (!fileOf.containsKey(name)) {
          throw new InvalidModelException(
              "%s: %s holds tensor %s, which the index does not name; the shard is another model's"
                  .formatted(index, shard.getKey(), name));
        }
      }
    }
  }

  private static JsonNode weightMap(Path index) throws IOException {
    JsonNode map;
    try {
      map = new ObjectMapper().readTree(Files.readAllBytes(index)).path("weight_map");
    } catch (JsonProcessingException e) {
      throw new InvalidModelException(index + " is not JSON: " + e.getOriginalMessage(), e);
    }
    if (!map.isObject() || map.isEmpty()) {
      throw new InvalidModelException(
          index + " has no weight_map object from tensor names to files");
    }
    return map;
  }

  private static Safetensors openShard(Path index, String shard) throws IOException {
    Path file = index.resolveSibling(shard);
    Path folder = index.toAbsolutePath().normalize().getParent();
    if (!folder.equals(file.toAbsolutePath().normalize().getParent())) {
      throw new InvalidModelException(index + " names a file outside its folder: " + shard);
    }
    if (!Files.isRegularFile(file)) {
      throw new InvalidModelException(
          "%s names %s, but there is no such file beside it; download or copy the rest of the model"
              .formatted(index, shard));
    }
    return Safetensors.open(file);
  }

  /** The file that tells what weights there are; for messages. */
  public Path named() {
    return named;
  }

  /** Names of all tensors that are no constants. */
  public Set<String> names() {
    return Collections.unmodifiableSet(fileOf.keySet());
  }

  /**
   * Under which of {@link #names} a model's weight stands here.
   *
   * @throws InvalidModelException if it is missing
   */
  public String nameOf(String weight, ModelConfig config) {
    if (names().contains(weight)) {
      return weight;
    }
    String bare =
        weight.startsWith(config.prefix()) ? weight.substring(config.prefix().length()) : weight;
    if (names().contains(bare)) {
      return bare;
    }
    if (weight.equals(config.head()) && names().contains(config.untiedHead())) {
      return config.untiedHead(); // of two tied names some writers keep the first by alphabet
    }
    throw new InvalidModelException(
        String.format(
            Locale.ROOT,
            "%s: weight %s is missing (%d weights are there)",
            named,
            weight,
            names().size()));
  }

  /** The shape of one of {@link #names}. */
  public Shape shape(String name) {
    return fileOf.get(name).shape(name);
  }

  /** How one of {@link #names} is stored. */
  public FloatFormat floatFormat(String name) {
    return fileOf.get(name).floatFormat(name);
  }

  /** A part of one of {@link #names}: see {@link Safetensors#readFloats}. */
  public void readFloats(String name, long from, float[] into, int count) throws IOException {
    fileOf.get(name).readFloats(name, from, into, count);
  }

  /** One of {@link #names} as float32, owned by {@code owner}. */
  public NDArray loadFloats(NDManager owner, String name) {
    return fileOf.get(name).loadFloats(owner, name);
  }

  /** The first weight that holds NaN or an infinity; looks through all of them. */
  public Optional<String> firstNotFinite() throws IOException {
    float[] piece = new float[1 << 16];
    for (String name : names()) {
      long size = shape(name).size();
      for (long from = 0; from < size; from += piece.length) {
        int count = (int) Math.min(piece.length, size - from);
        readFloats(name, from, piece, count);
        for (int i = 0; i < count; i++) {
          if (!Float.isFinite(piece[i])) {
            return Optional.of(name + " holds " + piece[i]);
          }
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    for (Safetensors file : open.values()) {
      file.close();
    }
  }
}
