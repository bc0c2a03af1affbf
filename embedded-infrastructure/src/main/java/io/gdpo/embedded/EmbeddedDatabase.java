package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A real PostgreSQL server beside this JVM, from binaries that come as a Maven artifact, so that a
 * laptop or a test needs neither Docker nor an installation.
 *
 * <p>The server listens on the loopback address and asks for the {@link #password} that its folder
 * keeps; folder and programs are this user's alone. It is a child process: whoever started it
 * closes it, and when the JVM is killed before that, a guard process stops the server. A server
 * that an earlier JVM left behind all the same is stopped before its folder is used again.
 *
 * <p>A server that ends by itself is not started again by itself: see {@link #onExit} and {@link
 * #restart}. Thread-safe.
 */
public final class EmbeddedDatabase implements AutoCloseable {
  /** The superuser, and the owner of every database made here. */
  public static final String USER = "postgres";

  static final String HOST = "127.0.0.1";
  private static final String WRONG_PASSWORD = "28P01";
  private static final Duration STARTUP_PATIENCE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 50;

  private final DatabaseCluster cluster;
  private final PostgresBinaries binaries;
  private final FolderLock lock;
  private final int port;
  private final Superuser superuser;
  private final boolean durable;
  private final Optional<ServerCertificate> certificate;
  private volatile Process server;
  private Process guard;

  private EmbeddedDatabase(
      DatabaseCluster cluster,
      PostgresBinaries binaries,
      FolderLock lock,
      int port,
      boolean durable,
      Optional<ServerCertificate> certificate) {
    this.cluster = cluster;
    this.binaries = binaries;
    this.lock = lock;
    this.port = port;
    this.superuser = new Superuser(port, cluster::password, certificate);
    this.durable = durable;
    this.certificate = certificate;
  }

  /**
   * Starts a server and returns when it answers.
   *
   * @param folder where the databases live; made if absent, used again if not
   * @param port where clients connect; 0 takes a free one
   * @param durable true if data must outlive a crash of the machine: every commit is then written
   *     through to the disk. False is quicker and enough for tests; data outlives the server's
   *     ordinary end either way
   * @throws IllegalStateException if the port or the folder is in use, or not this user's alone
   */
  public static EmbeddedDatabase start(Path folder, int port, boolean durable) {
    return start(folder, port, durable, Optional.empty());
  }

  /** The same for a server that takes connections by TLS only, and shows this certificate. */
  public static EmbeddedDatabase start(
      Path folder, int port, boolean durable, ServerCertificate certificate) {
    return start(folder, port, durable, Optional.of(certificate));
  }

  private static EmbeddedDatabase start(
      Path folder, int port, boolean durable, Optional<ServerCertificate> certificate) {
    if (port != 0) {
      FreePort.require(port, "PostgreSQL");
    }
    Path home = PrivateFolder.of(folder.toAbsolutePath().normalize());
    FolderLock lock = FolderLock.of(home);
    try {
      OrphanedServer.stop(home.resolve("data"));
      PostgresBinaries binaries = PostgresBinaries.unpacked(home.resolve("programs"));
      EmbeddedDatabase database =
          new EmbeddedDatabase(
              DatabaseCluster.prepare(home, binaries, durable, certificate.isPresent()),
              binaries,
              lock,
              port == 0 ? FreePort.choose(1).get(0) : port,
              durable,
              certificate);
      database.run();
      return database;
    } catch (RuntimeException e) {
      lock.close();
      throw new IllegalStateException(
          "PostgreSQL on " + home + " did not start: " + e.getMessage(), e);
    }
  }

  /** The JDBC address of a database for user {@link #USER}; the database is made if absent. */
  public String jdbcUrl(String database) {
    superuser.makeDatabase(database);
    return "jdbc:postgresql://"
        + HOST
        + ":"
        + port
        + "/"
        + database
        + certificate.map(it -> "?sslmode=verify-full&sslrootcert=" + it.certificate()).orElse("");
  }

  public int port() {
    return port;
  }

  /** The password of {@link #USER}: the folder's own, kept in its file {@code password}. */
  public String password() {
    return cluster.password();
  }

  /** What the server says; begun anew at each {@link #start}. */
  public Path log() {
    return cluster.log();
  }

  /** Whether the server's process runs. */
  public boolean isAlive() {
    return server.isAlive();
  }

  /** The exit code of a server that has ended. */
  public int exitValue() {
    return server.exitValue();
  }

  /** Completed when the present server ends, however it ends. */
  public CompletableFuture<Process> onExit() {
    return server.onExit();
  }

  /** Whether the server answers; one that takes no more connections does. */
  public boolean answers(Duration limit) {
    return ServerProbe.postgres("jdbc:postgresql://" + HOST + ":" + port + "/", limit);
  }

  /** Ends a server that does not heed, as a power cut would; its data recovers from that. */
  public void kill() {
    server.destroyForcibly().onExit().join();
  }

  /**
   * Starts the server again that has ended, on the same port and data, and returns when it answers.
   *
   * @throws IllegalStateException if it does not start, for instance because another program took
   *     the port; it can be tried again
   */
  public synchronized void restart() {
    if (server.isAlive()) {
      return;
    }
    FreePort.require(port, "PostgreSQL");
    dismissGuard();
    OrphanedServer.stop(cluster.data());
    run();
  }

  /** Stops the server; returns when it has ended. Open connections are cut. */
  @Override
  public synchronized void close() {
    try {
      if (server.isAlive()) {
        OrphanedServer.stop(server.toHandle(), cluster.data());
      }
      OrphanedServer.stop(cluster.data());
      dismissGuard();
    } finally {
      lock.close();
    }
  }

  private void run() {
    try {
      server = binaries.process(command(), cluster.log().toFile()).start();
    } catch (IOException e) {
      throw new UncheckedIOException("PostgreSQL's program cannot be run", e);
    }
    try {
      awaitAnswer();
      guard = OrphanedServer.guard(cluster.data());
    } catch (RuntimeException e) {
      kill();
      throw e;
    }
  }

  private List<String> command() throws IOException {
    String written = durable ? "on" : "off";
    List<String> command =
        binaries.command(
            "postgres",
            List.of(
                "-D",
                cluster.data().toString(),
                "-p",
                Integer.toString(port),
                "-c",
                "listen_addresses=" + HOST,
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=" + written,
                "-c",
                "synchronous_commit=" + written,
                "-c",
                "full_page_writes=" + written,
                "-c",
                "max_connections=100",
                "-c",
                "shared_buffers=32MB"));
    certificate.map(ServerCertificate::ofPostgres).ifPresent(command::addAll);
    // A session of its own: the terminal's Ctrl-C is for the supervisor, which stops it in order.
    command.add(0, "setsid");
    return command;
  }

  private void awaitAnswer() {
    long deadline = System.nanoTime() + STARTUP_PATIENCE.toNanos();
    while (true) {
      try (Connection connection = superuser.connect()) {
        if (connection.isValid(2)) {
          return;
        }
      } catch (SQLException e) {
        refuse(e, deadline);
      }
      try {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("Interrupted while PostgreSQL started", e);
      }
    }
  }

  /** Tells why the server will not answer; returns if it still may. */
  private void refuse(SQLException notYet, long deadline) {
    if (WRONG_PASSWORD.equals(notYet.getSQLState())) {
      throw new IllegalStateException(
          "PostgreSQL does not take the password in "
              + cluster.passwordFile()
              + "; remove that file, and a new password is set at the next start",
          notYet);
    }
    if (!server.isAlive()) {
      throw new IllegalStateException(
          "its process ended with exit code " + server.exitValue() + ":\n" + cluster.endOfLog(),
          notYet);
    }
    if (System.nanoTime() > deadline) {
      throw new IllegalStateException(
          "it does not answer after " + STARTUP_PATIENCE.toSeconds() + " s:\n" + cluster.endOfLog(),
          notYet);
    }
  }

  private void dismissGuard() {
    if (guard == null) {
      return;
    }
    try {
      guard.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException("The guard of " + cluster.data() + " did not end", e);
    }
    guard = null;
  }
}
