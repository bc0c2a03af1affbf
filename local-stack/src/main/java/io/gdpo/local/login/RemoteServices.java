package io.gdpo.local.login;

import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Services of a system that runs elsewhere, as the environment names them: {@link #TRAINER} and
 * {@link #EVALUATOR}. They are shown the token in {@link #TOKEN}, else that of {@code gdpo login}.
 */
public final class RemoteServices implements ServiceAddresses {
  /** Address of the trainer-service that commands ask, instead of the home's stack. */
  static final String TRAINER = "GDPO_TRAINER_URL";

  /** Address of the evaluator-service beside it. */
  static final String EVALUATOR = "GDPO_EVALUATOR_URL";

  /** Address of the dataset-service beside it; for datasets and dead letters. */
  static final String DATASET = "GDPO_DATASET_URL";

  /** The token that these are shown. Default: that of `gdpo login`. */
  static final String TOKEN = "GDPO_TOKEN";

  private static final Map<Service, String> VARIABLES =
      Map.of(Service.DATASET, DATASET, Service.TRAINER, TRAINER, Service.EVALUATOR, EVALUATOR);

  private final Map<String, String> environment;

  private RemoteServices(Map<String, String> environment) {
    this.environment = environment;
  }

  /** Empty if the environment names none: then the stack of the home is meant. */
  public static Optional<RemoteServices> of(Map<String, String> environment) {
    return environment.getOrDefault(TRAINER, "").isBlank()
        ? Optional.empty()
        : Optional.of(new RemoteServices(environment));
  }

  @Override
  public List<Service> known() {
    return Stream.of(Service.values())
        .filter(service -> !environment.getOrDefault(VARIABLES.get(service), "").isBlank())
        .toList();
  }

  @Override
  public URI url(Service service) {
    String variable = VARIABLES.get(service);
    String url = environment.getOrDefault(variable, "").strip();
    if (!url.matches("https?://[^/?#]+.*")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          url.isEmpty()
              ? variable + " is not set, and " + TRAINER + " is"
              : variable + " is no address: " + url,
          "Say where " + service.label() + " is, such as " + variable + "=https://HOST:PORT.");
    }
    return URI.create(url);
  }

  @Override
  public String ifAway(Service service) {
    return "Look at " + VARIABLES.get(service) + ", and whether this machine reaches it.";
  }

  @Override
  public Optional<String> token() {
    return Optional.ofNullable(environment.get(TOKEN))
        .filter(token -> !token.isBlank())
        .map(String::strip)
        .or(() -> SavedLogin.of(environment).flatMap(SavedLogin::freshToken));
  }
}
