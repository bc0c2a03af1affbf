package io.gdpo.platform.event;

import io.gdpo.contracts.Reason;
import io.gdpo.platform.log.LogFields;
import io.gdpo.platform.trace.Trace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Scope;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * While a record is settled: what is logged says which it is, and what is done belongs to the trace
 * that its sender was in.
 */
final class RecordScope implements AutoCloseable {
  private static final int LONGEST_SHOWN = 255;

  private final LogFields fields;
  private final Span span;
  private final Scope scope;

  @SuppressWarnings("MustBeClosedChecker") // closed with this
  RecordScope(ConsumerRecord<String, byte[]> record) {
    String id = shown(CloudEvents.header(record, CloudEvents.ID).orElse(null));
    String type = shown(CloudEvents.header(record, CloudEvents.TYPE).orElse(null));
    Trace sender =
        new Trace(
            CloudEvents.header(record, CloudEvents.TRACE_PARENT).orElse(null),
            CloudEvents.header(record, CloudEvents.TRACE_STATE).orElse(null));
    fields =
        new LogFields().with("event", id).with("event_type", type).with("key", shown(record.key()));
    span =
        sender
            .span("process " + record.topic(), SpanKind.CONSUMER)
            .setAttribute("messaging.system", "kafka")
            .setAttribute("messaging.destination.name", record.topic())
            .setAttribute("messaging.message.id", id)
            .setAttribute("cloudevents.event_type", type)
            .startSpan();
    scope = span.makeCurrent();
  }

  /** Anybody may have written it. */
  private static String shown(String text) {
    return text == null
        ? null
        : Reason.beginning(Reason.harmless(text).replace('\n', ' '), LONGEST_SHOWN);
  }

  @Override
  public void close() {
    scope.close();
    span.end();
    fields.close();
  }
}
