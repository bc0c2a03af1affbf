package io.gdpo.platform.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.platform.Infrastructure;
import io.gdpo.platform.trace.Trace;
import io.opentelemetry.context.Scope;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** Trace context is passed on with events, also by a service that tells no spans itself. */
@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class TraceOfEventsTest {
  private static final String ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + ID + "-00f067aa0ba902b7-01";

  @Inject Outbox outbox;
  @Inject JobsListener listener;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  private final String job = UUID.randomUUID().toString();

  @Test
  void anEventIsHandledInTheTraceThatItWasSentIn() {
    try (Scope sender = new Trace(PARENT, "vendor=1").goOn()) {
      QuarkusTransaction.requiringNew()
          .run(() -> outbox.send(new JobStarted(job, "experiment", "stage", 1)));
    }

    ConsumerRecord<String, byte[]> sent =
        new Kafka(bootstrapServers).await(Topics.JOBS, 1, it -> job.equals(it.key())).get(0);
    assertThat(Kafka.header(sent, "ce_traceparent")).isEqualTo(PARENT);
    assertThat(Kafka.header(sent, "ce_tracestate")).isEqualTo("vendor=1");
    Trace handled = handled();
    assertThat(handled.parent()).contains(ID);
    assertThat(handled.addedTo(Map.of())).containsEntry("TRACEPARENT", handled.parent());
  }

  @Test
  void anEventWithATraceThatIsNoneIsHandledInOneOfItsOwn() {
    String data = "{\"job_id\":\"" + job + "\",\"experiment\":\"e\",\"stage\":\"s\",\"attempt\":1}";
    new Kafka(bootstrapServers)
        .send(
            Topics.JOBS,
            job,
            data,
            Map.of("ce_type", "io.gdpo.JobStarted", "ce_traceparent", "00-zero\n-1"));

    assertThat(handled().parent()).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]");
  }

  @Test
  void aWorkerOutsideAnyTraceIsToldNone() {
    assertThat(new Trace(null, null).addedTo(Map.of("A", "b"))).isEqualTo(Map.of("A", "b"));
  }

  private Trace handled() {
    return await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> listener.traceOf(job), Objects::nonNull);
  }
}
