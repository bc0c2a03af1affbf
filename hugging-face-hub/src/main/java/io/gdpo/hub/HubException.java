package io.gdpo.hub;

/** A model or a dataset cannot be had from the Hub: says which, why, and what to do. */
public class HubException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String repository;
  private final String revision;

  /** What is wrong, and what to do, in sentences without a full stop. */
  public HubException(HubRepository repository, String problem, String remedy) {
    this(repository, problem, remedy, null);
  }

  HubException(HubRepository repository, String problem, String remedy, Throwable cause) {
    super(
        "Hub "
            + repository.kind().word()
            + " "
            + repository.id()
            + " at "
            + repository.revision()
            + ": "
            + problem
            + ". "
            + remedy,
        cause);
    this.repository = repository.id();
    this.revision = repository.revision();
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

    Unreachable(HubRepository repository, String problem, String remedy, Throwable cause) {
      super(repository, problem, remedy, cause);
    }
  }
}
