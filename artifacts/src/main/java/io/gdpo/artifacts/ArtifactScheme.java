package io.gdpo.artifacts;

import java.net.URI;
import java.util.Map;

/**
 * One kind of artifact store, known by the scheme of its addresses. A module brings one by naming
 * it in {@code META-INF/services/io.gdpo.artifacts.ArtifactScheme}; it reads its settings from the
 * environment that it is given, so that a service and its workers have the same.
 */
public interface ArtifactScheme {

  /** Such as {@code file}. */
  String name();

  /**
   * The store whose keys begin at this address.
   *
   * @param environment variables with settings; it may look at those of its process beside them,
   *     for what is a secret
   * @throws IllegalArgumentException if the address or a setting is wrong
   */
  ArtifactStore at(URI root, Map<String, String> environment);
}
