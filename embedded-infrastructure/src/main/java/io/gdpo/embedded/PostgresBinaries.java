package io.gdpo.embedded;

import java.io.BufferedInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/**
 * PostgreSQL's programs, unpacked from the class path once for each user of the machine (60 MB, two
 * seconds), into a folder that is the user's alone.
 *
 * @param folder holds {@code bin/}, {@code lib/} and {@code share/}
 */
record PostgresBinaries(Path folder) {
  private static final String ARCHIVE = "/postgres-linux-x86_64.txz";

  /**
   * Unpacks the programs if that has not been done.
   *
   * @param fallback a private folder to unpack into if the user has no cache to write to
   */
  static PostgresBinaries unpacked(Path fallback) {
    try {
      Path target =
          cache().orElseGet(() -> PrivateFolder.ofTrustedContent(fallback)).resolve(archiveName());
      if (!Files.isDirectory(target)) {
        unpack(target);
      }
      return new PostgresBinaries(target);
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL's programs cannot be unpacked", e);
    }
  }

  /** A command that runs one of the programs. */
  List<String> command(String program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>();
    if (PrivateFolder.userId().equals(0)) {
      // PostgreSQL refuses to be root; in a user namespace of its own it is nobody.
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(folder.resolve("bin").resolve(program).toString());
    command.addAll(arguments);
    return command;
  }

  /** A process of one of the programs, which takes no setting from this process's environment. */
  ProcessBuilder process(List<String> command, File log) {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log));
    builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
    builder.environment().put("LC_ALL", "C");
    return builder;
  }

  /**
   * {@code $XDG_CACHE_HOME/gdpo/postgresql}, else {@code ~/.cache/gdpo/postgresql}; empty if it
   * cannot be written to. Other caches may lie beside it.
   */
  private static Optional<Path> cache() {
    Path root =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .map(Path::of)
            .filter(Path::isAbsolute)
            .orElse(Path.of(System.getProperty("user.home"), ".cache"));
    if (!root.isAbsolute()) {
      return Optional.empty();
    }
    Path folder = root.resolve("gdpo").resolve("postgresql");
    try {
      Files.createDirectories(folder.getParent());
    } catch (IOException e) {
      return Optional.empty(); // a user without a home: the caller has another place
    }
    return Files.isWritable(Files.isDirectory(folder) ? folder : folder.getParent())
        ? Optional.of(PrivateFolder.ofTrustedContent(folder))
        : Optional.empty();
  }

  private static InputStream archive() {
    InputStream archive = PostgresBinaries.class.getResourceAsStream(ARCHIVE);
    if (archive == null) {
      throw new IllegalStateException(
          "There is no PostgreSQL for this machine ("
              + System.getProperty("os.name")
              + ", "
              + System.getProperty("os.arch")
              + ") on the class path; Linux on x86-64 is needed");
    }
    return archive;
  }

  /** Another archive, of a later release, is unpacked beside this one. */
  private static String archiveName() throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(archive(), new CRC32())) {
      in.transferTo(OutputStream.nullOutputStream());
      return String.format(Locale.ROOT, "%08x", in.getChecksum().getValue());
    }
  }

  /** Whole or absent: another process may unpack at the same time, or this one be killed. */
  private static void unpack(Path target) throws IOException {
    Path unfinished = Files.createTempDirectory(target.getParent(), "unpacking-");
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new XZCompressorInputStream(new BufferedInputStream(archive(), 1 << 16)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = unfinished.resolve(entry.getName()).normalize();
        if (entry.isDirectory()) {
          Files.createDirectories(file);
        } else {
          Files.createDirectories(file.getParent());
          write(tar, entry, file);
        }
      }
      Files.move(unfinished, target);
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      delete(unfinished); // another process was quicker
    } catch (IOException e) {
      delete(unfinished);
      throw new IOException(
          "PostgreSQL's programs (60 MB) cannot be unpacked into "
              + target.getParent()
              + ": "
              + e.getMessage(),
          e);
    }
  }

  private static void write(TarArchiveInputStream tar, TarArchiveEntry entry, Path file)
      throws IOException {
    if (entry.isSymbolicLink()) {
      Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, file);
    boolean program = (entry.getMode() & 0100) != 0;
    Files.setPosixFilePermissions(
        file, PosixFilePermissions.fromString(program ? "rwx------" : "rw-------"));
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
