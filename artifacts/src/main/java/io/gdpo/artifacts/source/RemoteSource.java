package io.gdpo.artifacts.source;

import java.net.URI;
import java.util.function.Consumer;

/**
 * A place outside of any artifact store that datasets may be made of. A module brings one by naming
 * it in {@code META-INF/services/io.gdpo.artifacts.source.RemoteSource}; only workers have such
 * modules.
 */
public interface RemoteSource {
  /** Whether an address of this scheme, in lower case, is one of its own. */
  boolean takes(String scheme);

  /**
   * Brings what stands at an address to this machine, as far as it is not there.
   *
   * @param folders whether it may be a folder with files of splits
   * @param log takes lines on how it goes
   * @throws SourceException if it cannot be had; says why and what to do
   */
  Source fetch(URI address, boolean folders, Consumer<String> log);
}
