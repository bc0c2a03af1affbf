package io.gdpo.lm.config;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/** A decoder whose queries and keys are turned by their positions, which it embeds nowhere else. */
public sealed interface RotaryConfig extends ModelConfig
    permits GptJConfig, GptNeoXConfig, GatedConfig {
  /** The numbers that all of them have. */
  DecoderShape shape();

  /** How queries and keys are turned. */
  RotaryEmbedding rotary();

  @Override
  default int vocabSize() {
    return shape().vocabSize();
  }

  @Override
  default int positions() {
    return shape().positions();
  }

  @Override
  default int width() {
    return shape().width();
  }

  @Override
  default int layers() {
    return shape().layers();
  }

  @Override
  default int heads() {
    return shape().heads();
  }

  @Override
  default int keyValueHeads() {
    return shape().keyValueHeads();
  }

  @Override
  default int headWidth() {
    return shape().headWidth();
  }

  @Override
  default int innerWidth() {
    return shape().innerWidth();
  }

  @Override
  default double normEpsilon() {
    return shape().normEpsilon();
  }

  @Override
  default OptionalLong eosTokenId() {
    return shape().eosTokenId();
  }

  @Override
  default boolean tieWordEmbeddings() {
    return shape().tieWordEmbeddings();
  }

  @Override
  default List<String> sources() {
    return List.of("rotary.py", family() + ".py");
  }

  @Override
  default Map<String, Object> attributes() {
    return rotary().attributes();
  }

  /** Matrices start normal, with the config's deviation; norms and biases are constant. */
  @Override
  default double initialDeviation(String weight) {
    return isNorm(weight) || weight.endsWith(".bias") ? 0 : shape().initializerRange();
  }

  @Override
  default float initialConstant(String weight) {
    return isNorm(weight) && weight.endsWith(".weight") ? 1 : 0;
  }

  private static boolean isNorm(String weight) {
    return weight.contains("norm.") || weight.contains(".ln_");
  }
}
