package io.gdpo.training.model;

import io.gdpo.lm.folder.BaseLocator;
import java.net.URI;
import java.nio.file.Path;

/** Fetches the model that an adapter names by its artifact's address. */
public final class FetchedBase implements BaseLocator {
  @Override
  public Path locate(String address) {
    return ModelSource.fetch(URI.create(address));
  }
}
