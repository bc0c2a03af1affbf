package io.gdpo.dataset.catalog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Chat models that write dialogues: docs/how-to/chat-synthesis.md. */
@ConfigMapping(prefix = "gdpo.chat")
interface ChatSettings {
  /**
   * Where specifications may have a chat model asked, each as they write it, such as {@code
   * https://llm.example/v1}; the token of {@code GDPO_CHAT_TOKEN} is sent to each. Default: any
   * address of this machine itself, as long as nobody is asked who they are; none from then on.
   */
  Optional<List<URI>> endpoints();

  /** Calls of one build at one time. */
  @WithDefault("4")
  @Min(1)
  int parallel();

  /** A call that has no answer by then is made again. */
  @WithDefault("5m")
  Duration timeout();
}
