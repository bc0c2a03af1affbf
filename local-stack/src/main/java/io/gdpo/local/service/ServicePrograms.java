package io.gdpo.local.service;

import java.nio.file.Path;
import java.util.List;

/** What runs when a service is started. */
public interface ServicePrograms {
  /** Largest heap of a service; native programs take the option too. */
  String HEAP = "-Xmx320m";

  /**
   * The command of a service's process.
   *
   * @param temporary its folder for temporary files
   * @throws io.gdpo.local.terminal.CommandFailure if there is nothing to run
   */
  List<String> command(Service service, Path temporary);

  /** The options by which {@code gdpo up} is told of these programs. */
  List<String> options();
}
