package io.gdpo.dataset.build;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.dataset.Bounds;
import io.gdpo.dataset.DatasetException;
import io.gdpo.dataset.examples.ReadyExamples;
import io.gdpo.platform.artifact.ArtifactMissingException;
import io.gdpo.platform.artifact.ArtifactStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Finds the files that a dataset specification names by URI or path. */
@ApplicationScoped
public class Sources {
  private final ArtifactStore artifacts;

  Sources(ArtifactStore artifacts) {
    this.artifacts = artifacts;
  }

  /**
   * The survey or the examples that a specification names; links to folders are followed now, so
   * that one build reads one folder.
   *
   * @throws DatasetException if nothing is there that can be read
   */
  public Path of(DatasetSpec spec) {
    String field = spec.survey() != null ? "survey" : "examples";
    String address = spec.survey() != null ? spec.survey() : spec.examples();
    Path path = path(field, address);
    if (!Files.isRegularFile(path) && (spec.survey() != null || !Files.isDirectory(path))) {
      throw new DatasetException(field + " '" + address + "' is not a file");
    }
    try {
      return Files.isDirectory(path)
          ? path.toRealPath()
          : path.toAbsolutePath().getParent().toRealPath().resolve(path.getFileName());
    } catch (IOException e) {
      throw new DatasetException(field + " '" + address + "' cannot be read: " + Reason.of(e), e);
    }
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

  /**
   * SHA-256 of what would be read: of a file's bytes, or of the split files of a folder with their
   * names and lengths, so that it tells where one file ends.
   */
  public static String sha256(Path source) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      long size = 0;
      for (Path file : ReadyExamples.files(source)) {
        size += Files.size(file);
        if (size > Bounds.SOURCE_BYTES) {
          throw new DatasetException(
              source + " is larger than " + (Bounds.SOURCE_BYTES >> 30) + " GiB");
        }
        if (Files.isDirectory(source)) {
          String head = file.getFileName() + "\n" + Files.size(file) + "\n";
          digest.update(head.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
          bytes.transferTo(OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + source + ": " + Reason.of(e), e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
