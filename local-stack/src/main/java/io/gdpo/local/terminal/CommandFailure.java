package io.gdpo.local.terminal;

/**
 * A command cannot do what was asked. Carries what a person needs: what went wrong and where (the
 * message), what to do about it, and the exit code. A stack trace is shown only with {@code
 * --verbose}.
 */
public final class CommandFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode exitCode;
  private final String remedy;

  public CommandFailure(ExitCode exitCode, String message, String remedy) {
    this(exitCode, message, remedy, null);
  }

  public CommandFailure(ExitCode exitCode, String message, String remedy, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
    this.remedy = remedy;
  }

  public ExitCode exitCode() {
    return exitCode;
  }

  public String remedy() {
    return remedy;
  }
}
