package io.gdpo.benchmark;

/** A benchmark that cannot be run, or whose sides do not compute the same; the message says why. */
public final class BenchmarkException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public BenchmarkException(String message) {
    super(message);
  }

  public BenchmarkException(String message, Throwable cause) {
    super(message, cause);
  }
}
