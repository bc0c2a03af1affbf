package io.gdpo.artifacts;

import java.net.URI;
import java.nio.file.Path;

/**
 * Bytes that one process makes and another uses (datasets, checkpoints, reports) travel through
 * this store by URI, never through an event.
 *
 * <p>A key is a relative path of plain names, such as {@code datasets/7f3c/train.parquet}; the
 * store's root and a key make a URI. What is published or written appears whole or not at all: a
 * reader never sees half of it. Implementations are safe for use by several threads and processes.
 */
public interface ArtifactStore {

  /** The store at this address: {@code file:} URIs name a folder, which is made when needed. */
  static ArtifactStore at(URI root) {
    return new FileArtifactStore(root);
  }

  /** The address of what is, or will be, stored under this key. */
  URI uri(String key);

  /**
   * A local path with the content of this file or folder; for {@code file:} URIs the artifact
   * itself, so do not change what is there.
   *
   * @throws ArtifactMissingException if there is none
   */
  Path fetch(URI artifact);

  /**
   * Moves a finished local file or folder into the store, in place of what was there under this
   * key.
   *
   * @return its address
   */
  URI publish(Path local, String key);

  /** Stores these bytes as a file, in place of what was there, and returns its address. */
  URI write(String key, byte[] content);

  /**
   * The content of a file.
   *
   * @throws ArtifactMissingException if there is none
   */
  byte[] read(URI artifact);

  /**
   * The content of a file that another process wrote and that may be anything.
   *
   * @param most bytes that it may have
   * @throws ArtifactMissingException if there is none
   * @throws java.io.UncheckedIOException if it has more, is no regular file or cannot be read
   */
  byte[] read(URI artifact, int most);

  /** Whether a file or folder is stored at this address. */
  boolean exists(URI artifact);

  /** Deletes a file, or a folder with all it holds, if there is one under this key. */
  void delete(String key);
}
