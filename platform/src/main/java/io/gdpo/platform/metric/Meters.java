package io.gdpo.platform.metric;

import io.gdpo.contracts.metric.ServiceMetric;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells a {@link ServiceMetric}. Goes to the registry of this process, which Quarkus exposes at
 * {@code /q/metrics}; where there is none, as in simulations, nothing happens.
 */
public final class Meters {
  private Meters() {}

  /** A counter that is told as 0 until it counts, so that its first one is seen as an increase. */
  public static void expect(ServiceMetric metric, String... labels) {
    Metrics.counter(metric.meter(), tags(metric, labels));
  }

  /** One more. */
  public static void count(ServiceMetric metric, String... labels) {
    Metrics.counter(metric.meter(), tags(metric, labels)).increment();
  }

  /** One more value of a summary. */
  public static void record(ServiceMetric metric, double value, String... labels) {
    DistributionSummary.builder(metric.meter())
        .description(metric.meaning())
        .tags(tags(metric, labels))
        .register(Metrics.globalRegistry)
        .record(value);
  }

  /** A gauge without labels that is asked whenever somebody looks. */
  public static void gauge(ServiceMetric metric, Supplier<Number> value) {
    Gauge.builder(metric.meter(), value)
        .description(metric.meaning())
        .strongReference(true)
        .register(Metrics.globalRegistry);
  }

  /** A gauge whose rows are told again and again, all at once. */
  public static final class Rows {
    private final ServiceMetric metric;
    private final MultiGauge gauge;
    private final List<MultiGauge.Row<?>> rows = new ArrayList<>();

    public Rows(ServiceMetric metric) {
      this.metric = metric;
      this.gauge =
          MultiGauge.builder(metric.meter())
              .description(metric.meaning())
              .register(Metrics.globalRegistry);
    }

    /** One row of those that are told next. */
    public Rows row(double value, String... labels) {
      rows.add(MultiGauge.Row.of(tags(metric, labels), value));
      return this;
    }

    /** The rows given since the last time are those that there are. */
    public void tell() {
      gauge.register(List.copyOf(rows), true);
      rows.clear();
    }
  }

  private static Tags tags(ServiceMetric metric, String... values) {
    if (values.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric + " has the labels " + metric.labels() + ", not " + List.of(values));
    }
    Tags tags = Tags.empty();
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(metric.labels().get(i), values[i]);
    }
    return tags;
  }
}
