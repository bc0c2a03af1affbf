package io.gdpo.local.command;

import io.gdpo.local.client.TrainerClient;
import picocli.CommandLine.Command;

/** {@code gdpo resume}: goes on with an experiment that was suspended. */
@Command(
    name = "resume",
    header = "Go on with an experiment that was suspended.",
    footerHeading = "%nExample:%n",
    footer = "  gdpo resume demo")
public final class ResumeCommand extends ExperimentOrder {
  ResumeCommand() {
    super(TrainerClient::resume, "goes on");
  }
}
