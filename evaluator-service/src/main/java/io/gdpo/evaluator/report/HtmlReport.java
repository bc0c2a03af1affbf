package io.gdpo.evaluator.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.metric.Direction;
import io.gdpo.contracts.metric.MetricKey;
import io.quarkus.qute.Location;
import io.quarkus.qute.Template;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The report as one self-contained HTML page: data, style, script and charting library stand in the
 * page itself, so that it can be mailed, archived and opened without a network.
 */
@ApplicationScoped
public class HtmlReport {
  private static final String ECHARTS =
      "META-INF/resources/webjars/echarts/5.5.0/echarts.common.min.js";

  /**
   * What the page tells about a metric.
   *
   * @param most the end of its range; absent if it has none
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Explained(
      String key,
      String label,
      Direction direction,
      Double most,
      String meaning,
      boolean yardstick) {
    static Explained of(MetricKey key) {
      double most = key.range().most();
      return new Explained(
          key.id(),
          key.label(),
          key.direction(),
          Double.isInfinite(most) ? null : most,
          key.meaning(),
          key.isYardstick());
    }
  }

  /** Every metric, and the few that each question shows. */
  record Catalogue(List<Explained> metrics, List<String> headline) {}

  private final Template page;
  private final String style = resource("report/report.css");
  private final String script = resource("report/report.js");
  private final String charts = resource(ECHARTS);

  HtmlReport(@Location("report.html") Template page) {
    this.page = page;
  }

  String render(ExperimentReport report) {
    Catalogue catalogue =
        new Catalogue(
            Arrays.stream(MetricKey.values()).map(Explained::of).toList(),
            MetricKey.headline().stream().map(MetricKey::id).toList());
    return page.data("experiment", report.experiment())
        .data("css", style)
        .data("js", script)
        .data("echarts", charts)
        .data("report", json(report))
        .data("catalogue", json(catalogue))
        .render();
  }

  /** JSON that may stand inside a script element: no {@code <} can end it. */
  private static String json(Object value) {
    try {
      return Json.EVENTS.writeValueAsString(value).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A report that is no JSON", e);
    }
  }

  private static String resource(String name) {
    try (InputStream in =
        Thread.currentThread().getContextClassLoader().getResourceAsStream(name)) {
      if (in == null) {
        throw new FileNotFoundException(name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
