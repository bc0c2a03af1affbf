package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * A store that is no file system, as a bucket is none: addresses with bytes, nothing that could be
 * renamed, no folder that could be there or not; for tests of what must run on a bucket, too. All
 * stores of {@code memory://BUCKET/...} in one JVM hold the same.
 */
public final class MemoryArtifactStore implements ArtifactStore {
  private static final NavigableMap<String, byte[]> BLOBS = new ConcurrentSkipListMap<>();

  private final String root;

  /** {@code memory:} */
  public static final class Scheme implements ArtifactScheme {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public ArtifactStore at(URI root) {
      return new MemoryArtifactStore(root);
    }
  }

  private MemoryArtifactStore(URI root) {
    this.root = withoutSlash(root);
  }

  @Override
  public URI uri(String key) {
    return URI.create(root + "/" + ArtifactKey.checked(key));
  }

  @Override
  public boolean exists(URI artifact) {
    return BLOBS.containsKey(withoutSlash(artifact)) || !below(artifact).isEmpty();
  }

  @Override
  public List<String> list(URI folder, String after) {
    return below(folder).keySet().stream()
        .map(address -> address.substring(withoutSlash(folder).length() + 1))
        .filter(name -> !name.contains("/") && name.compareTo(after) > 0)
        .toList();
  }

  @Override
  public byte[] read(URI artifact, int most) {
    byte[] blob = BLOBS.get(withoutSlash(artifact));
    if (blob == null) {
      throw new ArtifactMissingException(artifact, new NoSuchFileException(withoutSlash(artifact)));
    }
    if (blob.length > most) {
      throw new UncheckedIOException(
          new IOException(artifact + " has more than the " + most + " bytes that are read"));
    }
    return blob.clone();
  }

  @Override
  public URI write(String key, byte[] content) {
    BLOBS.put(uri(key).toString(), content.clone());
    return uri(key);
  }

  @Override
  public URI write(String key, Path file) {
    try {
      return write(key, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Path fetch(URI artifact) {
    try {
      Path local = Files.createTempDirectory("fetched-");
      NavigableMap<String, byte[]> below = below(artifact);
      if (below.isEmpty()) {
        String address = withoutSlash(artifact);
        return Files.write(
            local.resolve(address.substring(address.lastIndexOf('/') + 1)), read(artifact));
      }
      for (String address : below.keySet()) {
        Path file = local.resolve(address.substring(withoutSlash(artifact).length() + 1));
        Files.createDirectories(file.getParent());
        Files.write(file, below.get(address));
      }
      return local;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public URI publish(Path folder, String key, String manifest) {
    delete(key + "/" + manifest); // from here on the folder is not whole
    delete(key);
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
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
  public void delete(String key) {
    below(uri(key)).clear();
    BLOBS.remove(uri(key).toString());
  }

  private static NavigableMap<String, byte[]> below(URI folder) {
    String prefix = withoutSlash(folder) + "/";
    return BLOBS.subMap(prefix, true, prefix + Character.MAX_VALUE, false);
  }

  private static String withoutSlash(URI address) {
    return address.toString().replaceFirst("/$", "");
  }
}
