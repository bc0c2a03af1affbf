package io.gdpo.local.command;

import io.gdpo.local.client.TrainerClient;
import picocli.CommandLine.Command;

/** {@code gdpo cancel}: stops an experiment. */
@Command(
    name = "cancel",
    header = "Stop an experiment: its running jobs end, the others never start.",
    footerHeading = "%nExample:%n",
    footer = "  gdpo cancel demo")
public final class CancelCommand extends ExperimentOrder {
  CancelCommand() {
    super(TrainerClient::cancel, "is being cancelled");
  }
}
