package io.gdpo.contracts;

import java.net.URI;
import java.nio.file.Path;

/** How people and files name artifacts: by URI, or by a path of this machine. */
public final class ArtifactUri {
  private ArtifactUri() {}

  /**
   * A URI, or a path of this machine as one.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static URI of(String uriOrPath) {
    return uriOrPath.matches("[a-z][a-z0-9+.-]+:.*")
        ? URI.create(uriOrPath)
        : Path.of(uriOrPath).toAbsolutePath().toUri();
  }
}
