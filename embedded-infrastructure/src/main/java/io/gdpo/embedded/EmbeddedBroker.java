package io.gdpo.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
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
 * the JVM. Kafka logs through SLF4J and is talkative: set {@code kafka}, {@code org.apache.kafka}
 * and {@code state.change.logger} to WARN.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final int NODE = 1;
  private static final String HOST = "127.0.0.1";
  private static final String CONTROLLER = "CONTROLLER";

  /** The 16 letters of "gdpo-local-kraft"; a folder keeps its id, so it may not be drawn anew. */
  private static final String CLUSTER_ID = "Z2Rwby1sb2NhbC1rcmFmdA";

  private final KafkaRaftServer server;
  private final int port;

  private EmbeddedBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
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
    List<Integer> free = FreePort.choose(2);
    int clientPort = port == 0 ? free.get(0) : port;
    int controllerPort = free.get(1);
    FreePort.require(clientPort, "the Kafka broker");
    Path logs = folder.toAbsolutePath().resolve("logs");
    format(logs);
    KafkaRaftServer server =
        new KafkaRaftServer(
            new KafkaConfig(settings(logs, clientPort, controllerPort)), Time.SYSTEM);
    try {
      server.startup();
    } catch (RuntimeException e) {
      server.shutdown();
      throw new IllegalStateException("The Kafka broker on " + logs + " did not start", e);
    }
    return new EmbeddedBroker(server, clientPort);
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
    server.shutdown();
    server.awaitShutdown();
  }

  /** A storage folder needs a cluster id and first metadata; a formatted one is kept. */
  private static void format(Path logs) {
    try {
      Files.createDirectories(logs);
      new Formatter()
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

  private static Properties settings(Path logs, int clientPort, int controllerPort) {
    Properties settings = new Properties();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE));
    settings.put("controller.quorum.voters", NODE + "@" + HOST + ":" + controllerPort);
    settings.put("controller.listener.names", CONTROLLER);
    settings.put("inter.broker.listener.name", "PLAINTEXT");
    settings.put(
        "listeners",
        "PLAINTEXT://"
            + HOST
            + ":"
            + clientPort
            + ","
            + CONTROLLER
            + "://"
            + HOST
            + ":"
            + controllerPort);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("log.dirs", logs.toString());
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
    return settings;
  }
}
