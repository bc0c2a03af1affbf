package io.gdpo.lm.config;

import io.gdpo.lm.InvalidModelException;
import java.util.Map;
import java.util.Set;

/**
 * How queries and keys are turned by their positions (Su et al., 2021), and how longer texts than
 * those of pre-training are made room for. {@code rotary.py} computes it.
 *
 * @param width R, how much of a head is turned; even
 * @param theta base of the wave lengths
 * @param factor what frequencies are divided by; 1 for none
 * @param originalPositions positions of pre-training, where Llama 3's scaling divides the low
 *     frequencies only; 0 where all are divided
 * @param low waves that turn this many times within the original positions, or fewer, are divided
 * @param high waves that turn this many times within them, or more, are kept
 */
public record RotaryEmbedding(
    int width, double theta, double factor, int originalPositions, double low, double high) {
  private static final double THETA = 10_000;
  private static final Set<String> TYPES = Set.of("default", "linear", "llama3");

  public RotaryEmbedding {
    if (width < 2 || width % 2 != 0) {
      throw new InvalidModelException(
          "rotary positions turn pairs of a head's elements, but are to turn " + width);
    }
    ConfigFields.requirePositive("rope_theta", theta);
    ConfigFields.requirePositive("factor", factor);
    if (originalPositions > 0 && !(high > low)) {
      throw new InvalidModelException(
          "high_freq_factor %s must be above low_freq_factor %s".formatted(high, low));
    }
  }

  /** Without scaling. */
  static RotaryEmbedding unscaled(int width, double theta) {
    return new RotaryEmbedding(width, theta, 1, 0, 0, 0);
  }

  /**
   * Reads a config that turns whole heads: {@code rope_parameters}, as transformers 5 writes it, or
   * {@code rope_theta} and {@code rope_scaling}, as it was before.
   */
  static RotaryEmbedding of(ConfigFields fields, int headWidth) {
    double theta = fields.positive("rope_theta", THETA);
    ConfigFields parameters = parameters(fields);
    RotaryEmbedding read = scaled(parameters, headWidth, parameters.positive("rope_theta", theta));
    parameters.refuseOthers();
    return read;
  }

  /** The same for GPT-NeoX, which turns a part of each head and has names of its own. */
  static RotaryEmbedding ofPart(ConfigFields fields, int headWidth) {
    double theta = oneValue(fields, "rotary_emb_base", "rope_theta", THETA);
    double part = oneValue(fields, "rotary_pct", "partial_rotary_factor", 0.25);
    ConfigFields parameters = parameters(fields);
    theta = parameters.positive("rope_theta", theta);
    part = parameters.positive("partial_rotary_factor", part);
    if (part > 1) {
      throw new InvalidModelException("rotary_pct must be at most 1, is " + part);
    }
    RotaryEmbedding read = scaled(parameters, (int) (headWidth * part), theta);
    parameters.refuseOthers();
    return read;
  }

  private static double oneValue(
      ConfigFields fields, String name, String otherName, double otherwise) {
    double value = fields.positive(name, fields.positive(otherName, otherwise));
    if (fields.positive(otherName, value) != value) {
      throw new InvalidModelException(
          name + " and " + otherName + " differ, but mean the same; give one of them");
    }
    return value;
  }

  private static ConfigFields parameters(ConfigFields fields) {
    ConfigFields scaling = fields.object("rope_scaling");
    ConfigFields parameters = fields.object("rope_parameters");
    if (scaling.isEmpty()) {
      return parameters;
    }
    if (!parameters.isEmpty() && !parameters.says(scaling)) {
      throw new InvalidModelException(
          "rope_scaling and rope_parameters mean the same; give one of them");
    }
    return scaling;
  }

  private static RotaryEmbedding scaled(ConfigFields parameters, int width, double theta) {
    String older = parameters.oneOf("type", TYPES, "default");
    return switch (parameters.oneOf("rope_type", TYPES, older)) {
      case "linear" ->
          new RotaryEmbedding(width, theta, parameters.requiredNumber("factor"), 0, 0, 0);
      case "llama3" ->
          new RotaryEmbedding(
              width,
              theta,
              parameters.requiredNumber("factor"),
              parameters.size("original_max_position_embeddings"),
              parameters.requiredNumber("low_freq_factor"),
              parameters.requiredNumber("high_freq_factor"));
      default -> unscaled(width, theta);
    };
  }

  /** What {@code rotary.py} reads. */
  Map<String, Object> attributes() {
    return Map.of(
        "rotary_width", width,
        "rotary_theta", theta,
        "rotary_factor", factor,
        "rotary_original_positions", originalPositions,
        "rotary_low", low,
        "rotary_high", high);
  }
}
