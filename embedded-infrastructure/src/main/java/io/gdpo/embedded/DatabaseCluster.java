package io.gdpo.embedded;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a PostgreSQL server keeps in its folder, which is the user's alone: the data, and the
 * superuser's password, drawn once for each folder. Nobody connects without it, from nowhere but
 * this machine.
 *
 * <p>A folder of a time when every local user was trusted is given a password and its rules before
 * a server runs on it again.
 */
final class DatabaseCluster {
  private static final FileAttribute<Set<PosixFilePermission>> SECRET =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final int LOG_LINES = 8;
  private static final String RULES =
      """
      # Written at each start: this machine alone, and with the password only.
      %s all all 127.0.0.1/32 scram-sha-256
      """;

  private final Path home;
  private final PostgresBinaries binaries;

  private DatabaseCluster(Path home, PostgresBinaries binaries) {
    this.home = home;
    this.binaries = binaries;
  }

  /** The cluster in a folder, made if there is none; the caller holds the folder's lock. */
  static DatabaseCluster prepare(
      Path home, PostgresBinaries binaries, boolean durable, boolean byTls) {
    DatabaseCluster cluster = new DatabaseCluster(home, binaries);
    try {
      Files.deleteIfExists(cluster.log());
      if (!Files.exists(cluster.data().resolve("PG_VERSION"))) {
        cluster.initialise(durable);
      } else if (!Files.exists(cluster.passwordFile())) {
        cluster.setPassword();
      }
      Files.writeString(
          cluster.data().resolve("pg_hba.conf"), RULES.formatted(byTls ? "hostssl" : "host"));
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException("The database folder " + home + " cannot be prepared", e);
    }
  }

  Path data() {
    return home.resolve("data");
  }

  /** What the server said since it was first started; kept over its restarts. */
  Path log() {
    return home.resolve("postgres.log");
  }

  Path passwordFile() {
    return home.resolve("password");
  }

  String password() {
    try {
      return Files.readString(passwordFile()).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(
          passwordFile() + " cannot be read; without it, a new password is set at the next start",
          e);
    }
  }

  private void initialise(boolean durable) throws IOException {
    Path unfinished = home.resolve("data.new"); // of a start that was cut short
    if (Files.exists(unfinished)) {
      PostgresBinaries.delete(unfinished);
    }
    Path password = drawnPassword();
    run(
        binaries.command(
            "initdb",
            List.of(
                "-D",
                unfinished.toString(),
                "-U",
                EmbeddedDatabase.USER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF-8",
                "--locale=C",
                durable ? "--sync-method=fsync" : "--no-sync")),
        "");
    Files.move(password, passwordFile(), StandardCopyOption.ATOMIC_MOVE);
    Files.move(unfinished, data());
  }

  /** In single-user mode: no server listens while the folder still trusts everybody. */
  private void setPassword() throws IOException {
    Path password = drawnPassword();
    run(
        binaries.command("postgres", List.of("--single", "-D", data().toString(), "postgres")),
        "alter role "
            + EmbeddedDatabase.USER
            + " password '"
            + Files.readString(password).strip()
            + "'\n");
    Files.move(password, passwordFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Written beside its place: it counts once the database knows it. */
  private Path drawnPassword() throws IOException {
    byte[] drawn = new byte[24];
    new SecureRandom().nextBytes(drawn);
    Path file = home.resolve("password.new");
    Files.deleteIfExists(file);
    Files.createFile(file, SECRET);
    return Files.writeString(file, HexFormat.of().formatHex(drawn) + "\n");
  }

  private void run(List<String> command, String input) throws IOException {
    File log = log().toFile();
    Process process = binaries.process(command, log).start();
    try {
      process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().close();
      if (process.waitFor() != 0) {
        throw new IllegalStateException(
            String.join(" ", command.subList(0, Math.min(command.size(), 3)))
                + " ended with exit code "
                + process.exitValue()
                + ":\n"
                + endOfLog());
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a database was prepared", e);
    }
  }

  /** The last lines of the log, for a message. */
  String endOfLog() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(log()), StandardCharsets.UTF_8).lines().toList();
      return lines.stream()
          .skip(Math.max(0, lines.size() - LOG_LINES))
          .collect(Collectors.joining("\n  | ", "  | ", ""));
    } catch (NoSuchFileException e) {
      return "  (nothing was logged)";
    } catch (IOException e) {
      return "  (its log " + log() + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
