package io.gdpo.platform.problem;

import io.gdpo.contracts.Reason;

/** A request that cannot be granted, thrown where that is noticed and answered as a problem. */
public class ProblemException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Problem problem;
  private final int retryAfter;

  private ProblemException(Problem problem) {
    this(problem, 0);
  }

  private ProblemException(Problem problem, int retryAfter) {
    super(problem.detail());
    this.problem = problem;
    this.retryAfter = retryAfter;
  }

  /** 404: there is no {@code kind} (such as "experiment") called {@code name}. */
  public static ProblemException notFound(String kind, String name) {
    String quoted = name == null ? "without a name" : Reason.quoted(name);
    return new ProblemException(
        Problem.of("not-found", "Not found", 404, "There is no " + kind + " " + quoted));
  }

  /**
   * A name to look a {@code kind} up by.
   *
   * @throws ProblemException (404) if no row can be called so: a database keeps no U+0000
   */
  public static String possible(String kind, String name) {
    if (name == null || name.indexOf('\0') >= 0) {
      throw notFound(kind, name);
    }
    return name;
  }

  /** 409: what is asked for clashes with what is there; {@code detail} says how and what to do. */
  public static ProblemException conflict(String detail) {
    return new ProblemException(Problem.of("conflict", "Conflict", 409, detail));
  }

  /** 400: the request makes no sense; {@code detail} says why and what to do. */
  public static ProblemException badRequest(String detail) {
    return new ProblemException(Problem.of("bad-request", "Bad request", 400, detail));
  }

  /** 401: it is not known who asks; {@code detail} says how to tell. */
  public static ProblemException unauthorized(String detail) {
    return new ProblemException(Problem.of("unauthorized", "Unauthorized", 401, detail));
  }

  /** 403: whoever asks may not; {@code detail} says who may. */
  public static ProblemException forbidden(String detail) {
    return new ProblemException(Problem.of("forbidden", "Forbidden", 403, detail));
  }

  /** 429: too much was asked for; {@code detail} gives the limit. */
  public static ProblemException tooMany(String detail, int retryAfterSeconds) {
    return new ProblemException(
        Problem.of("too-many-requests", "Too many requests", 429, detail), retryAfterSeconds);
  }

  /** 413: the request is larger than can be handled; {@code detail} gives the limit. */
  public static ProblemException tooLarge(String detail) {
    return new ProblemException(Problem.of("too-large", "Too large", 413, detail));
  }

  /** 503: it cannot be done now; {@code detail} says why. */
  public static ProblemException notNow(String detail, int retryAfterSeconds) {
    return new ProblemException(
        Problem.of("try-again", "Try again", 503, detail), retryAfterSeconds);
  }

  public Problem problem() {
    return problem;
  }

  /** Seconds after which the same request may be granted; 0 if it is of no use to wait. */
  int retryAfter() {
    return retryAfter;
  }
}
