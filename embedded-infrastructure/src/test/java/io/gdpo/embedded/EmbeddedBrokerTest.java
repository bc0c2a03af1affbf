package io.gdpo.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EmbeddedBrokerTest {

  @Test
  void recordsAndCommittedOffsetsOutliveARestart(@TempDir Path folder) throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      send(broker, "first");
      send(broker, "second");
      assertThat(readOneAndCommit(broker)).isEqualTo("first");
    }

    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(readOneAndCommit(broker)).isEqualTo("second");
    }
  }

  @Test
  void recordsOutliveTheKillingOfTheirBroker(@TempDir Path folder) throws Exception {
    Process starter =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Starter.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader output =
        new BufferedReader(new InputStreamReader(starter.getInputStream(), StandardCharsets.UTF_8));
    assertThat(output.lines().anyMatch("sent"::equals)).isTrue();
    starter.destroyForcibly().waitFor();

    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(readOneAndCommit(broker)).isEqualTo("from the other");
    }
  }

  /** Run in another JVM: starts a broker, sends a record, says so, and waits to be killed. */
  static final class Starter {
    private Starter() {}

    public static void main(String[] args) throws Exception {
      try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[0]), 0)) {
        send(broker, "from the other");
        System.out.println("sent");
        System.in.read();
      }
    }
  }

  @Test
  void aPortInUseIsRefusedByNumber(@TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> EmbeddedBroker.start(folder, taken.getLocalPort()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Port " + taken.getLocalPort())
          .hasMessageContaining("choose another port");
    }
  }

  @Test
  void aBrokerThatEndedIsNoticedAndServesItsTopicsAgainOnTheSamePort(@TempDir Path folder)
      throws Exception {
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      int port = broker.port();
      send(broker, "first");
      assertThat(broker.answers(Duration.ofSeconds(10))).isTrue();

      assertThatThrownBy(() -> Exit.halt(1, "the log folder has failed"))
          .as("in place of the end of this JVM")
          .isInstanceOf(IllegalStateException.class);
      broker.kill();
      assertThat(broker.answers(Duration.ofSeconds(10))).isFalse();
      assertThat(broker.failure()).contains("the log folder has failed");

      broker.restart();
      assertThat(broker.answers(Duration.ofSeconds(10))).isTrue();
      assertThat(broker.failure()).isEmpty();
      assertThat(broker.port()).isEqualTo(port);
      assertThat(readOneAndCommit(broker)).isEqualTo("first");
    }
  }

  @Test
  void aBrokerStartsInATurkishJvm(@TempDir Path folder) {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("tr-TR"));
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder, 0)) {
      assertThat(broker.answers(Duration.ofSeconds(10))).isTrue();
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aFolderWhoseNameHoldsACommaIsRefusedWithTheReason(@TempDir Path folder) {
    assertThatThrownBy(() -> EmbeddedBroker.start(folder.resolve("a,b"), 0))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("comma")
        .hasMessageContaining("a,b");
  }

  private static void send(EmbeddedBroker broker, String value) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("letters", "key", value)).get(20, TimeUnit.SECONDS);
    }
  }

  private static String readOneAndCommit(EmbeddedBroker broker) {
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(
            Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                ConsumerConfig.GROUP_ID_CONFIG,
                "readers",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                1),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.subscribe(List.of("letters"));
      while (true) {
        ConsumerRecords<String, String> records = consumer.poll(Duration.ofSeconds(1));
        if (!records.isEmpty()) {
          consumer.commitSync();
          return records.iterator().next().value();
        }
      }
    }
  }
}
