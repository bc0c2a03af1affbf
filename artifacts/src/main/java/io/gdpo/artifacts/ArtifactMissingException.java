package io.gdpo.artifacts;

import java.net.URI;

/** Nothing is stored at the address that someone named. */
public class ArtifactMissingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final URI artifact;

  public ArtifactMissingException(URI artifact, Throwable cause) {
    super(
        "There is no artifact at "
            + artifact
            + "; check the address and that both sides use the same store (gdpo.artifacts)",
        cause);
    this.artifact = artifact;
  }

  public URI artifact() {
    return artifact;
  }
}
