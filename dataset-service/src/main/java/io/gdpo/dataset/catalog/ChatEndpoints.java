package io.gdpo.dataset.catalog;

import io.gdpo.contracts.job.BuildTask;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.platform.security.Authentication;
import jakarta.enterprise.context.ApplicationScoped;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which chat models a worker is sent to: whoever writes a specification must not choose what is
 * called from within a network, or who gets the token.
 */
@ApplicationScoped
class ChatEndpoints {
  private static final Pattern THIS_MACHINE =
      Pattern.compile("localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1]");

  private final ChatSettings settings;
  private final Authentication authentication;

  ChatEndpoints(ChatSettings settings, Authentication authentication) {
    this.settings = settings;
    this.authentication = authentication;
  }

  /**
   * @throws InvalidSpecException if a specification names one that is not to be asked
   */
  void require(DatasetSpec spec) {
    if (asksAModel(spec)
        && !isAllowed(
            URI.create(spec.synthesis().endpoint()),
            settings.endpoints(),
            authentication.isAsked())) {
      throw new InvalidSpecException(
          "dataset.synthesis.endpoint",
          "is "
              + spec.synthesis().endpoint()
              + ", which is not among those that dataset-service may ask; its operator lists them in"
              + " gdpo.chat.endpoints (docs/how-to/chat-synthesis.md)");
    }
  }

  /** Null if no model is asked. */
  BuildTask.ChatCalls calls(DatasetSpec spec) {
    return asksAModel(spec)
        ? new BuildTask.ChatCalls(settings.parallel(), settings.timeout().toSeconds())
        : null;
  }

  private static boolean asksAModel(DatasetSpec spec) {
    return spec.synthesis() != null && spec.synthesis().model() != null;
  }

  /**
   * @param listed by the operator; empty if nobody said
   * @param callersAreAsked who they are: then what this machine serves is not everybody's
   */
  static boolean isAllowed(URI endpoint, Optional<List<URI>> listed, boolean callersAreAsked) {
    return listed
        .map(all -> all.stream().anyMatch(one -> key(one).equals(key(endpoint))))
        .orElseGet(
            () ->
                !callersAreAsked
                    && THIS_MACHINE.matcher(endpoint.getHost().toLowerCase(Locale.ROOT)).matches());
  }

  private static String key(URI endpoint) {
    return endpoint.toString().replaceFirst("/+$", "");
  }
}
