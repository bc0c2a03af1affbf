package io.gdpo.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A real Kafka broker inside this JVM, so that a laptop or a test needs neither Docker nor an
 * installation.
 *
 * <p>One KRaft node is broker and controller at once and listens on the loopback address only.
 * Topics, records and committed offsets live in the folder and outlive a restart, also after the
 * JVM was killed. Whoever started the broker closes it; its threads end with {@link #close} or with
 * the JVM. A broker that cannot go on would halt its JVM; here it only {@linkplain #failure() says
 * so}, and can be {@linkplain #restart started again}. Kafka upper-cases names of its own by the
 * JVM's locale: where that is a Turkish one, it is set to the neutral one. Kafka logs through SLF4J
 * and is talkative: set {@code kafka}, {@code org.apache.kafka} and {@code state.change.logger} to
 * WARN.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE = 1;
  private static final String HOST = "127.0.0.1";
  private static final String CONTROLLER = "CONTROLLER";

  /** The 16 letters of "gdpo-local-kraft"; a folder keeps its id, so it may not be drawn anew. */
  private static final String CLUSTER_ID = "Z2Rwby1sb2NhbC1rcmFmdA";

  private static final long STOP_PATIENCE_SECONDS = 30;

  /** Why a broker of this JVM asked for the end of its process; Kafka has one such place, too. */
  private static final AtomicReference<String> FAILURE = new AtomicReference<>();

  private final Path logs;
  private final int port;
  private final Optional<BrokerGuard> guard;
  private volatile KafkaRaftServer server;

  private EmbeddedBroker(Path logs, int port, Optional<BrokerGuard> guard) {
    this.logs = logs;
    this.port = port;
    this.guard = guard;
  }

  /**
   * Starts a broker and returns when it serves clients.
   *
   * @param folder where topics live; made if absent, used again if not
   * @param port where clients connect; 0 takes a free one
   * @throws IllegalStateException if the port is in use or the broker does not start, for instance
   *     because another one already runs on this folder
   */
  public static EmbeddedBroker start(Path folder, int port) {
    return start(folder, port, Optional.empty());
  }

  /** The same for a broker that keeps out whom it does not know. */
  public static EmbeddedBroker start(Path folder, int port, BrokerGuard guard) {
    return start(folder, port, Optional.of(guard));
  }

  private static EmbeddedBroker start(Path folder, int port, Optional<BrokerGuard> guard) {
    int clientPort = port == 0 ? FreePort.choose(1).get(0) : port;
    if (folder.toAbsolutePath().toString().contains(",")) {
      throw new IllegalStateException(
          "Kafka takes a comma for the end of a folder's name; name another than "
              + folder.toAbsolutePath());
    }
    EmbeddedBroker broker =
        new EmbeddedBroker(folder.toAbsolutePath().resolve("logs"), clientPort, guard);
    broker.run();
    return broker;
  }

  private void run() {
    FreePort.require(port, "the Kafka broker");
    if (!"i".toUpperCase(Locale.getDefault()).equals("I")) {
      Locale.setDefault(Locale.ROOT);
    }
    FAILURE.set(null);
    Exit.setExitProcedure(EmbeddedBroker::ended);
    Exit.setHaltProcedure(EmbeddedBroker::ended);
    format();
    server = new KafkaRaftServer(new KafkaConfig(settings(controllerPort())), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw new IllegalStateException(
          "The Kafka broker on " + logs + " did not start: " + e.getMessage(), e);
    }
  }

  private int controllerPort() {
    return FreePort.choose(2).stream().filter(free -> free != port).findFirst().orElseThrow();
  }

  /** In place of the end of the whole process: ends the thread that asked for it. */
  private static void ended(int status, String message) {
    FAILURE.compareAndSet(
        null, message == null ? "it ended itself with status " + status : message);
    throw new IllegalStateException("The Kafka broker cannot go on: " + FAILURE.get());
  }

  /** Why the broker cannot go on; empty while it can. */
  public Optional<String> failure() {
    return Optional.ofNullable(FAILURE.get());
  }

  /** Whether the broker answers; one with a guard has a question of another kind. */
  public boolean answers(Duration limit) {
    return failure().isEmpty() && ServerProbe.kafka(bootstrapServers(), limit);
  }

  /**
   * Ends a broker that has failed or does not answer.
   *
   * @throws IllegalStateException if its threads do not end: only a new process helps then
   */
  public void kill() {
    KafkaRaftServer old = server;
    Thread stop =
        new Thread(
            () -> {
              old.shutdown();
              old.awaitShutdown();
            },
            "kafka-stop");
    stop.setDaemon(true);
    stop.start();
    try {
      stop.join(TimeUnit.SECONDS.toMillis(STOP_PATIENCE_SECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the Kafka broker stopped", e);
    }
    if (stop.isAlive()) {
      throw new IllegalStateException(
          "The Kafka broker does not end, after " + STOP_PATIENCE_SECONDS + " s");
    }
  }

  /** Starts the broker again that has ended, on the same port and topics. */
  public void restart() {
    run();
  }

  /** What clients take as {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return HOST + ":" + port;
  }

  public int port() {
    return port;
  }

  /** Stops the broker; returns when its files are closed. */
  @Override
  public void close() {
    kill();
  }

  /** A storage folder needs a cluster id and first metadata; a formatted one is kept. */
  private void format() {
    try {
      Files.createDirectories(logs);
      Formatter formatter = new Formatter();
      guard.ifPresent(it -> formatter.setScramArguments(List.of(it.firstUser())));
      formatter
          .setPrintStream(
              new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
          .setNodeId(NODE)
          .setClusterId(CLUSTER_ID)
          .setDirectories(List.of(logs.toString()))
          .setMetadataLogDirectory(logs.toString())
          .setControllerListenerName(CONTROLLER)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setIgnoreFormatted(true)
          .run();
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's folder " + logs + " cannot be made", e);
    } catch (Exception e) {
      throw new IllegalStateException(
          "The broker's folder " + logs + " cannot be formatted; is it from another program?", e);
    }
  }

  private Properties settings(int controllerPort) {
    String clients = guard.isPresent() ? BrokerGuard.LISTENER : "PLAINTEXT";
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE));
    settings.put("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", clients);
    settings.put(
        "listeners",
        clients
            + "://"
            + bootstrapServers()
            + ","
            + CONTROLLER
            + "://"
            + HOST
            + ":"
            + controllerPort);
    settings.put(
        "listener.security.protocol.map",
        clients + (guard.isPresent() ? ":SASL_SSL," : ":PLAINTEXT,") + CONTROLLER + ":PLAINTEXT");
    settings.put("log.dirs", logs.toString());
    // One that was killed is waited for no longer than this before the next may take its place.
    settings.put("broker.session.timeout.ms", "4500");
    settings.put("broker.heartbeat.interval.ms", "1000");
    settings.put("num.partitions", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("transaction.state.log.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.num.partitions", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    // One node, few clients: no waiting for more members, few threads, a small cleaner buffer.
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("num.network.threads", "1");
    settings.put("num.io.threads", "2");
    settings.put("background.threads", "2");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    guard.ifPresent(it -> settings.putAll(it.broker()));
    return settings;
  }
}
