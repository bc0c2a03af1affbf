package io.gdpo.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.regex.Pattern;

/**
 * A real PostgreSQL server beside this JVM, from binaries that come as a Maven artifact, so that a
 * laptop or a test needs neither Docker nor an installation.
 *
 * <p>The server listens on the loopback address and trusts every local user. It is a child process
 * of this JVM's making: whoever started it closes it, and when the JVM is killed before that, a
 * guard process stops the server. A server that an earlier JVM left behind all the same is stopped
 * before its folder is used again.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  /** The superuser, and the owner of every database made here. */
  public static final String USER = "postgres";

  /** Not checked by the server, but some clients insist on one. */
  public static final String PASSWORD = "postgres";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");
  private static final Duration STARTUP_PATIENCE = Duration.ofSeconds(60);

  private final Path data;
  private final FileChannel lockChannel;
  private final EmbeddedPostgres server;
  private final Process guard;

  private EmbeddedDatabase(
      Path data, FileChannel lockChannel, EmbeddedPostgres server, Process guard) {
    this.data = data;
    this.lockChannel = lockChannel;
    this.server = server;
    this.guard = guard;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @param folder where the databases live; made if absent, used again if not
   * @param port where clients connect; 0 takes a free one
   * @param durable true if data must outlive a crash of the machine: every commit is then written
   *     through to the disk. False is quicker and enough for tests; data outlives the server's
   *     ordinary end either way
   * @throws IllegalStateException if the port or the folder is in use
   */
  public static EmbeddedDatabase start(Path folder, int port, boolean durable) {
    Path home = folder.toAbsolutePath().normalize();
    if (port != 0) {
      FreePort.require(port, "PostgreSQL");
    }
    FileChannel lockChannel = lock(home);
    Path data = home.resolve("data");
    try {
      OrphanedServer.stop(data);
      EmbeddedPostgres server = startServer(data, port, durable);
      return new EmbeddedDatabase(data, lockChannel, server, OrphanedServer.guard(data));
    } catch (IOException | RuntimeException e) {
      release(lockChannel);
      throw new IllegalStateException("PostgreSQL on " + data + " did not start", e);
    }
  }

  /** The JDBC address of a database for user {@link #USER}; the database is made if absent. */
  public String jdbcUrl(String database) {
    if (!NAME.matcher(database).matches()) {
      throw new IllegalArgumentException(
          "A database name is lower-case letters, digits and underscores, is '" + database + "'");
    }
    try (Connection connection = server.getPostgresDatabase().getConnection()) {
      if (!exists(connection, database)) {
        try (Statement create = connection.createStatement()) {
          create.execute("create database " + database);
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException("Database '" + database + "' cannot be made", e);
    }
    return "jdbc:postgresql://localhost:" + port() + "/" + database;
  }

  public int port() {
    return server.getPort();
  }

  /** Stops the server; returns when it has ended. Open connections are cut. */
  @Override
  public void close() {
    try {
      server.close();
      OrphanedServer.awaitStopped(data);
      guard.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL on " + data + " did not stop", e);
    } finally {
      release(lockChannel);
    }
  }

  private static EmbeddedPostgres startServer(Path data, int port, boolean durable)
      throws IOException {
    String written = durable ? "on" : "off";
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setOverrideWorkingDirectory(binaries().toFile())
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPGStartupWait(STARTUP_PATIENCE)
            .setOutputRedirector(ProcessBuilder.Redirect.DISCARD)
            .setErrorRedirector(ProcessBuilder.Redirect.DISCARD)
            .setLocaleConfig("locale", "C")
            .setServerConfig("fsync", written)
            .setServerConfig("synchronous_commit", written)
            .setServerConfig("full_page_writes", written)
            .setServerConfig("max_connections", "100")
            .setServerConfig("shared_buffers", "32MB");
    return (port == 0 ? builder : builder.setPort(port)).start();
  }

  /** Unpacked once for a user of the machine, not for each folder: 60 MB and two seconds. */
  private static Path binaries() {
    return Path.of(
        System.getProperty("java.io.tmpdir"), "gdpo-postgres-" + System.getProperty("user.name"));
  }

  /** With the lock in hand, a server on the folder can only be an orphan. */
  private static FileChannel lock(Path home) {
    try {
      Files.createDirectories(home);
      FileChannel channel =
          FileChannel.open(
              home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        channel.close();
        throw new IllegalStateException(
            "Another process has a PostgreSQL server on " + home + "; stop it first");
      }
      return channel;
    } catch (IOException e) {
      throw new UncheckedIOException("The database folder " + home + " cannot be used", e);
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void release(FileChannel lockChannel) {
    try {
      lockChannel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The database folder's lock cannot be released", e);
    }
  }

  private static boolean exists(Connection connection, String database) throws SQLException {
    try (PreparedStatement query =
        connection.prepareStatement("select 1 from pg_database where datname = ?")) {
      query.setString(1, database);
      try (ResultSet found = query.executeQuery()) {
        return found.next();
      }
    }
  }
}
