package io.gdpo.local.client;

import io.gdpo.contracts.view.DeadLetterView;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiFunction;

/** What {@code gdpo} asks the services of their dead letters: of all of them, as of one. */
public final class DeadLetterClient {
  private static final String PATH = "/dead-letters";

  private final List<RestClient> services;

  public DeadLetterClient(ServiceAddresses addresses) {
    this.services =
        addresses.known().stream().map(service -> new RestClient(service, addresses)).toList();
  }

  /**
   * The latest dead letters, the newest first.
   *
   * @param topic that their records were sent to; null for all
   */
  public List<DeadLetterView> latest(String topic, int most) {
    String query =
        PATH + "?limit=" + most + (topic == null ? "" : "&topic=" + RestClient.encoded(topic));
    List<DeadLetterView> letters = new ArrayList<>();
    for (RestClient service : services) {
      letters.addAll(List.of(service.get(query, DeadLetterView[].class)));
    }
    letters.sort(Comparator.comparing(DeadLetterView::time).reversed());
    return letters.subList(0, Math.min(most, letters.size()));
  }

  /**
   * @param place {@code topic/partition/offset}
   * @throws CommandFailure if there is none
   */
  public DeadLetterView letter(String place) {
    return ofItsService(place, (service, path) -> service.get(path, DeadLetterView.class));
  }

  /**
   * Sends its record to its topic again.
   *
   * @param place {@code topic/partition/offset}
   * @throws CommandFailure if there is none
   */
  public DeadLetterView resend(String place) {
    return ofItsService(
        place, (service, path) -> service.post(path + "/resend", "", DeadLetterView.class));
  }

  /** Each service knows its own only. */
  private DeadLetterView ofItsService(
      String place, BiFunction<RestClient, String, DeadLetterView> ask) {
    String[] parts = place.split("/", -1);
    if (parts.length != 3 || !parts[1].matches("\\d{1,9}") || !parts[2].matches("\\d{1,18}")) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "'" + place + "' names no dead letter",
          "Name one as 'gdpo dead-letters' lists it, such as gdpo.jobs/0/17.");
    }
    String path = PATH + "/" + RestClient.encoded(parts[0]) + "/" + parts[1] + "/" + parts[2];
    for (RestClient service : services) {
      try {
        return ask.apply(service, path);
      } catch (CommandFailure e) {
        if (e.exitCode() != ExitCode.NOT_FOUND) {
          throw e;
        }
      }
    }
    throw new CommandFailure(
        ExitCode.NOT_FOUND,
        "There is no dead letter " + place,
        "'gdpo dead-letters' lists those that there are.");
  }
}
