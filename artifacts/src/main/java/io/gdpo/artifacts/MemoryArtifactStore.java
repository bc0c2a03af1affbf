package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * A store that is no file system, as a bucket is none: addresses with bytes, nothing that could be
 * renamed, no folder that could be there or not; for tests of what must run on a bucket, too. All
 * stores of {@code memory://BUCKET/...} in one JVM hold the same.
 */
public final class MemoryArtifactStore extends BlobStore {
  private static final NavigableMap<String, byte[]> BLOBS = new ConcurrentSkipListMap<>();

  /** {@code memory:} */
  public static final class Scheme implements ArtifactScheme {
    @Override
    public String name() {
      return "memory";
    }

    @Override
    public ArtifactStore at(URI root, Map<String, String> environment) {
      return new MemoryArtifactStore(root, environment);
    }
  }

  private MemoryArtifactStore(URI root, Map<String, String> environment) {
    super(root, environment);
  }

  @Override
  public boolean exists(URI artifact) {
    return BLOBS.containsKey(withoutSlash(artifact)) || !map(artifact).isEmpty();
  }

  @Override
  public List<String> list(URI folder, String after) {
    return below(folder).stream()
        .map(Blob::name)
        .filter(name -> !name.contains("/") && name.compareTo(after) > 0)
        .toList();
  }

  @Override
  public List<String> folders(URI folder) {
    return below(folder).stream()
        .map(Blob::name)
        .filter(name -> name.contains("/"))
        .map(name -> name.substring(0, name.indexOf('/')))
        .distinct()
        .toList();
  }

  @Override
  public byte[] read(URI artifact, int most) {
    byte[] blob = BLOBS.get(withoutSlash(artifact));
    if (blob == null) {
      throw missing(artifact);
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
  public Optional<String> replace(String key, Optional<String> seen, byte[] content) {
    BLOBS.compute(
        uri(key).toString(),
        (address, there) ->
            Optional.ofNullable(there).map(bytes -> blob("", bytes).version()).equals(seen)
                ? content.clone()
                : there);
    return version(uri(key)).filter(blob("", content).version()::equals);
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
  protected Optional<Blob> find(URI file) {
    return Optional.ofNullable(BLOBS.get(withoutSlash(file))).map(bytes -> blob("", bytes));
  }

  @Override
  protected List<Blob> below(URI folder) {
    int folderAndSlash = withoutSlash(folder).length() + 1;
    return map(folder).entrySet().stream()
        .map(entry -> blob(entry.getKey().substring(folderAndSlash), entry.getValue()))
        .toList();
  }

  @Override
  protected void download(URI base, Blob file, Path target) {
    try {
      Files.write(target, read(address(base, file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected void delete(URI base, Blob file) {
    BLOBS.remove(address(base, file).toString());
  }

  private static URI address(URI base, Blob file) {
    String address = withoutSlash(base);
    return URI.create(file.name().isEmpty() ? address : address + "/" + file.name());
  }

  private static Blob blob(String name, byte[] content) {
    return new Blob(
        name, content.length, HexFormat.of().formatHex(Digests.sha256().digest(content)));
  }

  private static NavigableMap<String, byte[]> map(URI folder) {
    String prefix = withoutSlash(folder) + "/";
    return BLOBS.subMap(prefix, true, prefix + Character.MAX_VALUE, false);
  }
}
