package io.gdpo.local.stack;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the services that a killed supervisor leaves behind ({@code EmbeddedDatabase} guards its own
 * server). It is a shell of its own that reads from a pipe; when the supervisor dies, by whatever
 * signal, the operating system closes the pipe, the shell sees the end of its input and kills the
 * processes it was told of. It ignores the terminal's signals, and ends quietly when {@link
 * #dismiss dismissed}.
 */
final class Watchdog {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      children=
      while read -r word value; do
        case $word in
          child) children="$children $value" ;;
          gone)
            rest=
            for child in $children; do
              [ "$child" = "$value" ] || rest="$rest $child"
            done
            children=$rest ;;
          dismiss) exit 0 ;;
        esac
      done
      for child in $children; do
        kill -KILL "$child" 2>/dev/null
      done
      """;

  private final Process shell;
  private final PrintStream orders;

  private Watchdog(Process shell) {
    this.shell = shell;
    this.orders = new PrintStream(shell.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  /** Starts the watchdog; what it says goes to {@code log}. */
  static Watchdog start(Path log) {
    List<String> command = new ArrayList<>();
    // A session of its own, where the system has it: kill -9 of the launcher's whole process group
    // then spares the watchdog.
    Path setsid = Path.of("/usr/bin/setsid");
    if (Files.isExecutable(setsid)) {
      command.add(setsid.toString());
    }
    command.addAll(List.of("/bin/sh", "-c", SCRIPT, "gdpo-watchdog"));
    try {
      return new Watchdog(
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start());
    } catch (IOException e) {
      throw new UncheckedIOException("The watchdog (/bin/sh) cannot be started", e);
    }
  }

  ProcessIdentity identity() {
    return ProcessIdentity.of(shell.toHandle());
  }

  void guard(long pid) {
    orders.println("child " + pid);
  }

  void forget(long pid) {
    orders.println("gone " + pid);
  }

  /** Ends the watchdog; everything it guarded has been stopped in order. */
  void dismiss() {
    orders.println("dismiss");
    orders.close();
  }
}
