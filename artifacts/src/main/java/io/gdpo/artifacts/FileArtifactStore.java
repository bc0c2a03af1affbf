package io.gdpo.artifacts;

import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * An artifact store in a folder that all processes of the installation see: a laptop's disk or a
 * shared volume.
 *
 * <p>Everything is first made complete under a temporary name beside its place and then renamed.
 */
public final class FileArtifactStore implements ArtifactStore {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_=][A-Za-z0-9._=-]*");

  private final Path root;

  /**
   * @param root a {@code file:} URI, absolute or relative to the working directory ({@code
   *     file:.gdpo/artifacts})
   */
  public FileArtifactStore(URI root) {
    this.root = local(root);
  }

  @Override
  public URI uri(String key) {
    return place(key).toUri();
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
  public URI publish(Path local, String key) {
    Path place = place(key);
    try {
      Files.createDirectories(place.getParent());
      Path complete = besideOf(place);
      try {
        Files.move(local, complete, StandardCopyOption.ATOMIC_MOVE);
      } catch (AtomicMoveNotSupportedException e) {
        copyTree(local, complete);
        AtomicFiles.delete(local);
      }
      replace(complete, place);
      return place.toUri();
    } catch (IOException e) {
      throw new UncheckedIOException(
          local + " cannot be published as " + place + ": " + Reason.of(e), e);
    }
  }

  @Override
  public URI write(String key, byte[] content) {
    Path place = place(key);
    try {
      Files.createDirectories(place.getParent());
      Path complete = besideOf(place);
      try {
        Files.write(complete, content, StandardOpenOption.CREATE_NEW);
        sync(complete);
        replace(complete, place);
      } finally {
        Files.deleteIfExists(complete);
      }
      return place.toUri();
    } catch (IOException e) {
      throw new UncheckedIOException(place + " cannot be written: " + Reason.of(e), e);
    }
  }

  @Override
  public byte[] read(URI artifact) {
    return read(artifact, Integer.MAX_VALUE - 8);
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
  public boolean exists(URI artifact) {
    return Files.exists(local(artifact));
  }

  @Override
  public void delete(String key) {
    try {
      AtomicFiles.delete(place(key));
    } catch (IOException e) {
      throw new UncheckedIOException(key + " cannot be deleted: " + Reason.of(e), e);
    }
  }

  private Path place(String key) {
    for (String name : key.split("/", -1)) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "An artifact key is plain names joined by '/', is '" + key + "'");
      }
    }
    return root.resolve(key);
  }

  private static Path local(URI uri) {
    if (!"file".equals(uri.getScheme())) {
      throw new IllegalArgumentException(
          "This artifact store reads file: URIs only, not '" + uri + "'");
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

  private static Path besideOf(Path place) {
    return place.resolveSibling("." + place.getFileName() + "." + UUID.randomUUID() + ".tmp");
  }

  /** A file replaces another in one step; a folder that is in the way first steps aside. */
  private static void replace(Path complete, Path place) throws IOException {
    try {
      Files.move(complete, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
      stepAside(complete, place);
    } catch (IOException e) {
      if (!Files.isDirectory(place)) {
        throw e;
      }
      stepAside(complete, place);
    }
  }

  private static void stepAside(Path complete, Path place) throws IOException {
    Path old = besideOf(place);
    Files.move(place, old, StandardCopyOption.ATOMIC_MOVE);
    Files.move(complete, place, StandardCopyOption.ATOMIC_MOVE);
    AtomicFiles.delete(old);
  }

  private static void sync(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private static void copyTree(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path copy = file.equals(from) ? to : to.resolve(from.relativize(file).toString());
            Files.copy(file, copy);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
