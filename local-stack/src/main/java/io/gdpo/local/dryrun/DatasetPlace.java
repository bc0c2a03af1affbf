package io.gdpo.local.dryrun;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.local.client.DatasetClient;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.util.Optional;

/**
 * Where the dataset lies that an experiment names by its id.
 *
 * @param uri its folder; empty if it names none so, or that is not known
 * @param unknown why that is not known; empty if it names none so, or it is
 * @param isMistake whether there is no such dataset, or none that can be trained on
 */
public record DatasetPlace(Optional<String> uri, Optional<String> unknown, boolean isMistake) {

  /**
   * Asks for it, where there is somebody to ask.
   *
   * @param services that run already
   */
  public static DatasetPlace of(DatasetSpec dataset, Optional<ServiceAddresses> services) {
    if (dataset.id() == null) {
      return new DatasetPlace(Optional.empty(), Optional.empty(), false);
    }
    if (services.isEmpty()) {
      return unknown(
          "the dataset '"
              + dataset.id()
              + "' is named by its id, and no system runs that knows where it lies; start it with"
              + " 'gdpo up --detach', or name the survey or the examples instead",
          false);
    }
    try {
      return of(new DatasetClient(services.get()).dataset(dataset.id()));
    } catch (CommandFailure e) {
      return unknown(e.getMessage(), e.exitCode() == ExitCode.NOT_FOUND);
    }
  }

  private static DatasetPlace of(DatasetView dataset) {
    if (dataset.state() == DatasetState.READY) {
      return new DatasetPlace(Optional.of(dataset.uri()), Optional.empty(), false);
    }
    String reason = dataset.reason() == null ? "" : ": " + dataset.reason();
    return unknown(
        "the dataset '" + dataset.id() + "' is " + dataset.state() + reason,
        dataset.state() == DatasetState.FAILED || dataset.state() == DatasetState.CANCELLED);
  }

  private static DatasetPlace unknown(String why, boolean isMistake) {
    return new DatasetPlace(Optional.empty(), Optional.of(why), isMistake);
  }
}
