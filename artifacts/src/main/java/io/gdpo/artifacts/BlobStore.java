package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A store that is no folder of this machine: addresses with bytes, nothing that could be renamed.
 * What is fetched from it lies in this machine's {@link FetchCache}.
 */
public abstract class BlobStore implements ArtifactStore {
  private final String root;
  private final Map<String, String> environment;

  /**
   * @param root where keys begin
   * @param environment of settings
   */
  protected BlobStore(URI root, Map<String, String> environment) {
    this.root = withoutSlash(root);
    this.environment = environment;
  }

  /** The file at exactly this address. */
  protected abstract Optional<Blob> find(URI file);

  /** All files below a folder, in order. */
  protected abstract List<Blob> below(URI folder);

  /**
   * Copies a file to a local path.
   *
   * @param base the address that the file's name is below
   * @throws ArtifactMissingException if there is none
   * @throws UncheckedIOException if it cannot be read, is damaged or has another version by now
   */
  protected abstract void download(URI base, Blob file, Path target);

  /** Deletes a file; base and name as for {@link #download}. */
  protected abstract void delete(URI base, Blob file);

  @Override
  public final URI uri(String key) {
    return URI.create(root + "/" + ArtifactKey.checked(key));
  }

  @Override
  public final Path fetch(URI artifact) {
    List<Blob> blobs = blobs(artifact);
    if (blobs.isEmpty()) {
      throw missing(artifact);
    }
    return FetchCache.of(environment)
        .fetch(withoutSlash(artifact), blobs, (blob, target) -> download(artifact, blob, target));
  }

  @Override
  public final Optional<String> version(URI file) {
    return find(file).map(Blob::version);
  }

  @Override
  public final long bytes(URI artifact) {
    return blobs(artifact).stream().mapToLong(Blob::bytes).sum();
  }

  @Override
  public final void copy(URI file, Path target) {
    download(file, find(file).orElseThrow(() -> missing(file)), target);
  }

  @Override
  public final URI publish(Path folder, String key, String manifest) {
    delete(key + "/" + manifest); // from here on the folder is not whole
    delete(key);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String part = folder.relativize(file).toString();
        if (!part.equals(manifest)) {
          write(key + "/" + part, file);
        }
      }
      write(key + "/" + manifest, folder.resolve(manifest));
      AtomicFiles.delete(folder);
      return uri(key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public final void delete(String key) {
    blobs(uri(key)).forEach(blob -> delete(uri(key), blob));
  }

  /** What lies at an address, and what lies below it. */
  private List<Blob> blobs(URI artifact) {
    return Stream.concat(find(artifact).stream(), below(artifact).stream()).toList();
  }

  protected static ArtifactMissingException missing(URI artifact) {
    return new ArtifactMissingException(artifact, new NoSuchFileException(withoutSlash(artifact)));
  }

  protected static String withoutSlash(URI address) {
    return address.toString().replaceFirst("/+$", "");
  }
}
