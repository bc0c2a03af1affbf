package io.gdpo.local.upload;

import io.gdpo.contracts.data.Split;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A file on its way to dataset-service: one that was named, or an archive of a folder's files of
 * splits, which is temporary.
 *
 * @param named what was named
 * @param file what is sent
 */
public record Outgoing(Path named, Path file) implements AutoCloseable {
  /**
   * Prepares a file or a folder.
   *
   * @throws CommandFailure if there is nothing to send
   */
  public static Outgoing of(Path named) {
    if (Files.isDirectory(named)) {
      return new Outgoing(named, archive(named));
    }
    if (!Files.isRegularFile(named)) {
      throw nothing("There is no file or folder " + named);
    }
    return new Outgoing(named, named);
  }

  /** Whether it is sent as an archive. */
  public boolean isArchive() {
    return !named.equals(file);
  }

  /** Whether it may be a survey; otherwise it holds examples. */
  public boolean maybeSurvey() {
    return named.getFileName().toString().matches(".*\\.(csv|tsv)(\\.gz|\\.zst)?");
  }

  public long bytes() {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  /** Value of the header {@code Repr-Digest} (RFC 9530). */
  public String digest() {
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      new DigestInputStream(in, sha256).transferTo(OutputStream.nullOutputStream());
      return "sha-256=:" + Base64.getEncoder().encodeToString(sha256.digest()) + ":";
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static Path archive(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      List<Path> files =
          all.filter(file -> Split.ofFile(file.getFileName().toString()).isPresent())
              .filter(Files::isRegularFile)
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw nothing("The folder " + folder + " holds no file of a split");
      }
      return archive(files);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read, or not be packed", e);
    }
  }

  private static Path archive(List<Path> files) throws IOException {
    Path archive = Files.createTempFile("gdpo-upload-", ".zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
      zip.setLevel(Deflater.BEST_SPEED);
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry(file.getFileName().toString()));
        Files.copy(file, zip);
        zip.closeEntry();
      }
    } catch (IOException e) {
      Files.delete(archive);
      throw e;
    }
    return archive;
  }

  private static CommandFailure nothing(String what) {
    return new CommandFailure(
        ExitCode.INVALID_INPUT,
        what,
        "Name a survey or a file of examples (.csv, .tsv, .jsonl, .json, also .gz or .zst, .parquet),"
            + " or a folder with train*, eval* and test*.");
  }

  @Override
  public void close() {
    try {
      if (isArchive()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be deleted", e);
    }
  }
}
