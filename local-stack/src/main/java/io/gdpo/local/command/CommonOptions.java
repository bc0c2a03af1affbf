package io.gdpo.local.command;

import io.gdpo.local.home.Installation;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.login.RemoteServices;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.stack.RunningStack;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every command takes; the command line itself has them, its commands ask it. */
public abstract class CommonOptions {
  /**
   * Where databases, topics, models, logs and reports are kept, unless {@code --home} says.
   * Default: {@code .gdpo} beside the script.
   */
  private static final String HOME = "GDPO_HOME";

  @Option(
      names = "--home",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "$${env:" + HOME + "}",
      description =
          "Where databases, topics, models, logs and reports are kept: $"
              + HOME
              + ", else .gdpo beside the gdpo script.")
  private String home;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  /** The home that {@code --home} or its default names. */
  StackHome home() {
    boolean named = home != null && !home.isBlank() && !home.startsWith("$");
    try {
      return StackHome.at(named ? Path.of(home) : Installation.current().home());
    } catch (InvalidPathException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "--home is not the name of a folder: " + e.getMessage(),
          "Name a folder; for letters beyond ASCII the locale must be a UTF-8 one (LC_ALL).",
          e);
    }
  }

  /** The services that a command asks: of a system elsewhere, else of the home's stack. */
  ServiceAddresses services() {
    Optional<RemoteServices> remote = RemoteServices.of(System.getenv());
    return remote.isPresent() ? remote.get() : RunningStack.require(home());
  }

  /** The same without waiting; empty where no system runs that could be asked. */
  Optional<ServiceAddresses> servicesThatRun() {
    return RemoteServices.of(System.getenv())
        .map(ServiceAddresses.class::cast)
        .or(() -> RunningStack.find(home()).filter(stack -> stack.phase() == Phase.READY));
  }

  protected boolean isVerbose() {
    return verbose;
  }

  /** The class whose {@code main} is the command line. */
  String program() {
    return getClass().getName();
  }
}
