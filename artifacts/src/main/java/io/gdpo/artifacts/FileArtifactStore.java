package io.gdpo.artifacts;

import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * An artifact store in a folder that all processes of the installation see: a laptop's disk or a
 * shared volume. Everything is written by {@link AtomicFiles}.
 */
public final class FileArtifactStore implements ArtifactStore {
  private static final Object REPLACING = new Object();

  private final Path root;
  private final String address;

  /** {@code file:} */
  public static final class Scheme implements ArtifactScheme {
    private static final String NAME = "file";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public ArtifactStore at(URI root, Map<String, String> environment) {
      return new FileArtifactStore(root);
    }
  }

  /**
   * @param root a {@code file:} URI, absolute or relative to the working directory ({@code
   *     file:.gdpo/artifacts})
   */
  private FileArtifactStore(URI root) {
    this.root = local(root);
    // A path's own URI ends with a slash where a folder is there, and else does not.
    this.address = this.root.toUri().toString().replaceFirst("/$", "");
  }

  @Override
  public URI uri(String key) {
    return URI.create(address + "/" + ArtifactKey.checked(key));
  }

  @Override
  public boolean exists(URI artifact) {
    return Files.exists(local(artifact));
  }

  @Override
  public List<String> list(URI folder, String after) {
    return names(folder, Files::isRegularFile).stream()
        .filter(name -> name.compareTo(after) > 0)
        .toList();
  }

  @Override
  public List<String> folders(URI folder) {
    return names(folder, path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS));
  }

  private static List<String> names(URI folder, Predicate<Path> which) {
    try (Stream<Path> entries = Files.list(local(folder))) {
      return entries
          .filter(which)
          .map(entry -> entry.getFileName().toString())
          .filter(ArtifactKey::isName)
          .sorted()
          .toList();
    } catch (NoSuchFileException | NotDirectoryException none) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be listed: " + Reason.of(e), e);
    }
  }

  /** What goes while it is counted is not counted. */
  @Override
  public long bytes(URI artifact) {
    AtomicLong bytes = new AtomicLong();
    try {
      Files.walkFileTree(
          local(artifact),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              bytes.addAndGet(attributes.size());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure)
                throws IOException {
              if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw failure;
            }
          });
      return bytes.get();
    } catch (IOException e) {
      throw new UncheckedIOException(artifact + " cannot be counted: " + Reason.of(e), e);
    }
  }

  @Override
  public byte[] read(URI artifact, int most) {
    Path path = local(artifact);
    if (Files.exists(path) && !Files.isRegularFile(path)) {
      throw new UncheckedIOException(
          new IOException(artifact + " cannot be read: it is no regular file"));
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(most);
      if (bytes.length == most && in.read() >= 0) {
        throw new IOException("it has more than the " + most + " bytes that are read");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new ArtifactMissingException(artifact, e);
    } catch (IOException e) {
      throw new UncheckedIOException(artifact + " cannot be read: " + Reason.of(e), e);
    }
  }

  @Override
  public URI write(String key, byte[] content) {
    return store(key, temporary -> Files.write(temporary, content));
  }

  @Override
  public URI write(String key, Path file) {
    return store(key, temporary -> Files.copy(file, temporary));
  }

  @Override
  public Optional<String> version(URI file) {
    Path path = local(file);
    try {
      return Files.isRegularFile(path) ? Optional.of(Digests.ofFile(path)) : Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + Reason.of(e), e);
    }
  }

  /** One at a time, among all processes: under the lock of a hidden file beside it. */
  @Override
  public Optional<String> replace(String key, Optional<String> seen, byte[] content) {
    Path place = place(key);
    synchronized (REPLACING) { // a file's lock is the process's
      try {
        Files.createDirectories(place.getParent());
        try (FileChannel lock =
            FileChannel.open(
                place.resolveSibling("." + place.getFileName() + ".lock"),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE)) {
          lock.lock();
          return version(uri(key)).equals(seen) ? version(write(key, content)) : Optional.empty();
        }
      } catch (IOException e) {
        throw new UncheckedIOException(place + " cannot be written: " + Reason.of(e), e);
      }
    }
  }

  @Override
  public Path fetch(URI artifact) {
    Path path = local(artifact);
    if (!Files.exists(path)) {
      throw new ArtifactMissingException(artifact, new NoSuchFileException(path.toString()));
    }
    return path;
  }

  @Override
  public void copy(URI file, Path target) {
    try {
      Files.copy(fetch(file), target);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be copied: " + Reason.of(e), e);
    }
  }

  /** Here a folder is renamed as a whole; nothing is copied within a file system. */
  @Override
  public URI publish(Path folder, String key, String manifest) {
    return store(key, temporary -> AtomicFiles.move(folder, temporary));
  }

  @Override
  public void delete(String key) {
    try {
      AtomicFiles.delete(place(key));
    } catch (IOException e) {
      throw new UncheckedIOException(key + " cannot be deleted: " + Reason.of(e), e);
    }
  }

  @Override
  public Optional<Path> folder() {
    return Optional.of(root);
  }

  /** Several may write at once: each under temporary names of its own. */
  private URI store(String key, AtomicFiles.Content content) {
    Path place = place(key);
    try {
      AtomicFiles.replace(place, UUID.randomUUID() + ".", content);
      return uri(key);
    } catch (IOException e) {
      throw new UncheckedIOException(place + " cannot be written: " + Reason.of(e), e);
    }
  }

  private Path place(String key) {
    return root.resolve(ArtifactKey.checked(key));
  }

  static Path local(URI uri) {
    if (!Scheme.NAME.equals(uri.getScheme())) {
      throw new IllegalArgumentException("'" + uri + "' is no file: URI");
    }
    boolean elsewhere = uri.getAuthority() != null && !"localhost".equals(uri.getAuthority());
    if (uri.getRawFragment() != null || uri.getRawQuery() != null || elsewhere) {
      throw new IllegalArgumentException(
          "'"
              + uri
              + "' is no file's URI; in a name write # as %23, ? as %3F and % as %25, and no"
              + " host in front");
    }
    // file:relative/path is opaque to java.net.URI; its path is the scheme specific part.
    String path = uri.isOpaque() ? uri.getSchemeSpecificPart() : uri.getPath();
    return Path.of(path).toAbsolutePath().normalize();
  }
}
