package io.gdpo.lm.folder;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds the model that an adapter names by an address, such as {@code s3://...}, instead of by a
 * folder. A module brings one by naming it in {@code
 * META-INF/services/io.gdpo.lm.folder.BaseLocator}.
 */
public interface BaseLocator {

  /** A folder with this model. */
  Path locate(String address) throws IOException;
}
