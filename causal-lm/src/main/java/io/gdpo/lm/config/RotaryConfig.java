package io.gdpo.lm.config;

import java.util.List;
import java.util.Map;

/** A decoder whose queries and keys are turned by their positions, which it embeds nowhere else. */
public sealed interface RotaryConfig extends ModelConfig
    permits GptJConfig, GptNeoXConfig, GatedConfig {
  /** How queries and keys are turned. */
  RotaryEmbedding rotary();

  @Override
  default List<String> sources() {
    return List.of("rotary.py", family() + ".py");
  }

  @Override
  default Map<String, Object> attributes() {
    return rotary().attributes();
  }
}
