package io.gdpo.local.command;

import io.gdpo.local.client.TrainerClient;
import picocli.CommandLine.Command;

/** {@code gdpo suspend}: trains nothing more of an experiment for now. */
@Command(
    name = "suspend",
    header = "Train nothing more of an experiment for now: what runs saves and stops.",
    footerHeading = "%nExample:%n",
    footer = "  gdpo suspend demo")
public final class SuspendCommand extends ExperimentOrder {
  SuspendCommand() {
    super(TrainerClient::suspend, "is suspended; gdpo resume goes on with it");
  }
}
