package io.gdpo.artifacts;

import java.net.URI;

/**
 * One kind of artifact store, known by the scheme of its addresses. A module brings one by naming
 * it in {@code META-INF/services/io.gdpo.artifacts.ArtifactScheme}; it reads its own settings, from
 * the environment, so that a service and its workers have the same.
 */
public interface ArtifactScheme {

  /** Such as {@code file}. */
  String name();

  /** The store whose keys begin at this address. */
  ArtifactStore at(URI root);
}
