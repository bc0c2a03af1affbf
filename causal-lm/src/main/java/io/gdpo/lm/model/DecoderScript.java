package io.gdpo.lm.model;

import ai.djl.ndarray.NDManager;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Puts a family's TorchScript class together: the methods that all decoders share, the family's
 * own, and the names of the weights that each call passes.
 */
final class DecoderScript {
  private DecoderScript() {}

  /**
   * Compiles it.
   *
   * @param owner closing it frees the module
   * @param names the weights that Java passes, in order
   * @param loraScale what low-rank updates are multiplied by
   * @param product the source of {@code product}: how a module multiplies by its weight
   */
  static TorchScriptModule load(
      NDManager owner,
      ModelConfig config,
      ComputeType type,
      List<String> names,
      double loraScale,
      String product) {
    Map<String, Object> attributes = new TreeMap<>(config.attributes());
    attributes.put("n_layer", config.layers());
    attributes.put("n_key_value_head", config.keyValueHeads());
    attributes.put("head_width", config.headWidth());
    attributes.put("sliding_window", config.slidingWindow());
    attributes.put("norm_epsilon", config.normEpsilon());
    attributes.put("compute_dtype", type.scalarType());
    attributes.put("vocabulary", config.vocabSize());
    attributes.put("lora_scale", loraScale);
    return TorchScript.load(
        owner, "Decoder", source(config, attributes, names, product), attributes);
  }

  private static String source(
      ModelConfig config, Map<String, Object> attributes, List<String> names, String product) {
    StringBuilder source = new StringBuilder("class Decoder(Module):\n  training : bool\n");
    attributes.forEach(
        (name, value) ->
            source.append("  ").append(name).append(" : ").append(type(value)).append('\n'));
    source.append(resource("decoder.py")).append(resource(product));
    config.sources().forEach(name -> source.append(resource(name)));
    return source
        .append(constant("token_embedding", config.tokenEmbedding()))
        .append(constant("head", config.head().replaceFirst("\\.weight$", "")))
        .append("\n  def names(self) -> List[str]:\n    return [")
        .append(names.stream().map(DecoderScript::quoted).collect(Collectors.joining(", ")))
        .append("]\n")
        .toString();
  }

  private static String constant(String method, String name) {
    return "\n  def " + method + "(self) -> str:\n    return " + quoted(name) + "\n";
  }

  private static String type(Object attribute) {
    if (attribute instanceof Boolean) {
      return "bool";
    }
    return attribute instanceof Double ? "float" : "int";
  }

  private static String quoted(String name) {
    return '"' + name + '"';
  }

  private static String resource(String name) {
    try (InputStream in = Objects.requireNonNull(DecoderScript.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read the TorchScript source " + name, e);
    }
  }
}
