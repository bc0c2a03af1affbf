package io.gdpo.hub;

/** A model cannot be had from the Hub: says which, why, and what to do. */
public class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String repository;
  private final String revision;

  HubException(HubModelName model, String problem, String remedy) {
    this(model, problem, remedy, null);
  }

  HubException(HubModelName model, String problem, String remedy, Throwable cause) {
    super(
        "Hub model "
            + model.repository()
            + " at "
            + model.revision()
            + ": "
            + problem
            + ". "
            + remedy,
        cause);
    this.repository = model.repository();
    this.revision = model.revision();
  }

  /** {@code owner/name}. */
  public String repository() {
    return repository;
  }

  /** The branch, tag or commit that was asked for. */
  public String revision() {
    return revision;
  }

  /** The Hub does not answer, or not now: what the cache holds may be used instead. */
  static final class Unreachable extends HubException {
    private static final long serialVersionUID = 1L;

    Unreachable(HubModelName model, String problem, String remedy, Throwable cause) {
      super(model, problem, remedy, cause);
    }
  }
}
