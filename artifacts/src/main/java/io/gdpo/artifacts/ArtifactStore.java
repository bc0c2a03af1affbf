package io.gdpo.artifacts;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Bytes that one process makes and another uses (datasets, checkpoints, reports) travel through
 * this store by URI, never through an event.
 *
 * <p>A key is plain names joined by {@code /}, such as {@code datasets/7f3c/train.parquet}; the
 * store's root and a key make an address. {@link Artifacts#at} finds the store of an address.
 *
 * <p>Promised is what a blob store can keep, and no more:
 *
 * <ul>
 *   <li>A file appears whole or not at all, and the last that was written counts.
 *   <li>A folder is only how its files' keys begin. It is not replaced in one step: its files
 *       appear one by one, the one that is named as its manifest last, and who replaces a folder
 *       deletes the old manifest first. A folder whose manifest is there is whole.
 *   <li>Files are listed by the order of their names.
 * </ul>
 *
 * Implementations are safe for use by several threads and processes; a folder is published by one
 * at a time.
 */
public interface ArtifactStore {

  /** The address of what is, or will be, stored under this key; never ends with a slash. */
  URI uri(String key);

  /** Whether a file is stored at this address, or at least one below it. */
  boolean exists(URI artifact);

  /**
   * The names of the files that lie directly in a folder and come behind a name, in order; none if
   * there is no such folder.
   *
   * @param after a name, there or not; empty for all
   */
  List<String> list(URI folder, String after);

  /** The names of the folders that lie directly in a folder, in order; none if there are none. */
  List<String> folders(URI folder);

  /** The bytes of all files of a folder, or of a file; 0 if there is nothing. */
  long bytes(URI artifact);

  /**
   * The content of a file that another process wrote and that may be anything.
   *
   * @param most bytes that it may have
   * @throws ArtifactMissingException if there is none
   * @throws java.io.UncheckedIOException if it has more, is no regular file or cannot be read
   */
  byte[] read(URI artifact, int most);

  /**
   * The content of a file.
   *
   * @throws ArtifactMissingException if there is none
   */
  default byte[] read(URI artifact) {
    return read(artifact, Integer.MAX_VALUE - 8);
  }

  /** Stores these bytes as a file, in place of what was there, and returns its address. */
  URI write(String key, byte[] content);

  /** Tells a file's content from every other that is written there; empty if there is none. */
  Optional<String> version(URI file);

  /**
   * Stores these bytes as a file, unless somebody else has written it since it was last looked at.
   *
   * @param seen the version that is to be replaced; empty if there is to be no file yet
   * @return its version from now on; empty, and nothing is stored, if it is another one than seen
   */
  Optional<String> replace(String key, Optional<String> seen, byte[] content);

  /** Stores a copy of a local file, of any size, in place of what was there. */
  URI write(String key, Path file);

  /**
   * A local path with the content of this file, or of all files of this folder. It may be the
   * artifact itself, so do not change what is there.
   *
   * @throws ArtifactMissingException if there is none
   */
  Path fetch(URI artifact);

  /**
   * Copies a file to a local path, for one who changes it or is the only one to want it: nothing is
   * kept beside it.
   *
   * @throws ArtifactMissingException if there is none
   */
  void copy(URI file, Path target);

  /**
   * Moves a finished local folder into the store, in place of what was there under this key.
   *
   * @param manifest the name of the file in it that says that the folder is whole
   * @return its address
   */
  URI publish(Path folder, String key, String manifest);

  /** Deletes a file, or all files of a folder, if there is one under this key. */
  void delete(String key);

  /**
   * The folder of this machine that this store keeps everything in, if it is such: what is written
   * there in place, by {@link AtomicFiles}, is stored.
   */
  default Optional<Path> folder() {
    return Optional.empty();
  }

  /**
   * Environment variables that a worker is told, beside those that it has anyway, so that it
   * reaches this store as this process does. None of them is a secret.
   */
  default Map<String, String> settings() {
    return Map.of();
  }
}
