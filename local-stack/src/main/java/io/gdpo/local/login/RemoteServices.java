package io.gdpo.local.login;

import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.net.URI;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Services of a system that runs elsewhere, as the environment names them: {@code GDPO_TRAINER_URL}
 * and its like. They are shown the token in {@code GDPO_TOKEN}, else that of {@code gdpo login}.
 */
public final class RemoteServices implements ServiceAddresses {
  /** Shown instead of what {@code gdpo login} left. */
  public static final String TOKEN = "GDPO_TOKEN";

  private final Map<String, String> environment;

  private RemoteServices(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Empty if the environment names none: then the stack of the home is meant. */
  public static Optional<RemoteServices> of(Map<String, String> environment) {
    return environment.getOrDefault(variable(Service.TRAINER), "").isBlank()
        ? Optional.empty()
        : Optional.of(new RemoteServices(environment));
  }

  private static String variable(Service service) {
    return "GDPO_" + service.name().toUpperCase(Locale.ROOT) + "_URL";
  }

  @Override
  public URI url(Service service) {
    String variable = variable(service);
    String url = environment.getOrDefault(variable, "").strip();
    if (!url.matches("https?://[^/?#]+.*")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          url.isEmpty()
              ? variable + " is not set, and " + variable(Service.TRAINER) + " is"
              : variable + " is no address: " + url,
          "Say where " + service.label() + " is, such as " + variable + "=https://HOST:PORT.");
    }
    return URI.create(url);
  }

  @Override
  public Optional<String> token() {
    return Optional.ofNullable(environment.get(TOKEN))
        .filter(token -> !token.isBlank())
        .map(String::strip)
        .or(() -> SavedLogin.of(environment).flatMap(SavedLogin::freshToken));
  }
}
