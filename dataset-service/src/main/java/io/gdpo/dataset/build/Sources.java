package io.gdpo.dataset.build;

import io.gdpo.dataset.DatasetException;
import io.gdpo.platform.artifact.ArtifactMissingException;
import io.gdpo.platform.artifact.ArtifactStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Finds the files that a dataset specification names by URI or path. */
@ApplicationScoped
public class Sources {
  private final ArtifactStore artifacts;

  Sources(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /**
   * A local path with what stands at this address.
   *
   * @param field of the specification, for errors
   * @throws DatasetException if nothing is there
   */
  public Path path(String field, String uriOrPath) {
    try {
      Path path =
          uriOrPath.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
              ? artifacts.fetch(URI.create(uriOrPath))
              : Path.of(uriOrPath);
      if (!Files.isReadable(path)) {
        throw new DatasetException(
            field + " '" + uriOrPath + "' is not there or cannot be read by this service");
      }
      return path;
    } catch (ArtifactMissingException e) {
      throw new DatasetException(field + " '" + uriOrPath + "' is not there", e);
    } catch (InvalidPathException e) {
      throw new DatasetException(field + " '" + uriOrPath + "' is not a path: " + e.getReason(), e);
    } catch (IllegalArgumentException e) {
      throw new DatasetException(
          field + " '" + uriOrPath + "' is no address that can be read here: " + e.getMessage(), e);
    }
  }

  /** SHA-256 of a file, or of all files below a folder in order of their names. */
  public static String sha256(Path source) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Path file : files(source)) {
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
          bytes.transferTo(OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + source + ": " + e.getMessage(), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static List<Path> files(Path source) throws IOException {
    try (Stream<Path> below = Files.walk(source)) {
      return below.filter(Files::isRegularFile).sorted().toList();
    }
  }
}
