package io.gdpo.platform.trace;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where in a trace something was asked for, as W3C trace context: it travels in rows, in records
 * and to workers, so that what follows is part of the same trace. Passed on, and begun where there
 * is none, also while nobody takes the spans ({@code quarkus.otel.sdk.disabled}).
 *
 * @param parent {@code traceparent}; null outside any trace
 * @param state {@code tracestate}; null if there is none
 */
public record Trace(String parent, String state) {
  private static final String PARENT = "traceparent";
  private static final String STATE = "tracestate";
  private static final String VARIABLE = "TRACEPARENT";
  private static final W3CTraceContextPropagator W3C = W3CTraceContextPropagator.getInstance();

  /** Who gives wrong text is in no trace. */
  private static final int LONGEST_STATE = 512;

  private static final TextMapGetter<Trace> READING =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Trace trace) {
          return List.of(PARENT, STATE);
        }

        @Override
        public String get(Trace trace, String key) {
          return key.equals(PARENT) ? trace.parent : trace.state;
        }
      };

  public Trace {
    state = state == null || state.length() > LONGEST_STATE ? null : state;
  }

  /** Where this thread is. */
  public static Trace current() {
    Map<String, String> fields = new HashMap<>();
    W3C.inject(Context.current(), fields, Map::put);
    return new Trace(fields.get(PARENT), fields.get(STATE));
  }

  private Context context() {
    return W3C.extract(Context.root(), this, READING);
  }

  /** This thread goes on from here, until the scope is closed. */
  @SuppressWarnings("MustBeClosedChecker") // whoever goes on closes it
  public Scope goOn() {
    return context().makeCurrent();
  }

  /** A span that begins here. */
  public SpanBuilder span(String name, SpanKind kind) {
    return GlobalOpenTelemetry.getTracer("io.gdpo")
        .spanBuilder(name)
        .setSpanKind(kind)
        .setParent(context());
  }

  /** The environment of a worker, which says so, too; nothing more outside any trace. */
  public Map<String, String> addedTo(Map<String, String> environment) {
    Map<String, String> more = new HashMap<>(environment);
    if (Span.fromContext(context()).getSpanContext().isValid()) {
      more.put(VARIABLE, parent);
    }
    return more;
  }
}
