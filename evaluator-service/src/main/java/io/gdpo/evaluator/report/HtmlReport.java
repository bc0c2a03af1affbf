package io.gdpo.evaluator.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.metric.MetricCatalogue;
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

  /** What the page tells about a metric. */
  record Explained(String key, String label, MetricCatalogue.Ideal ideal, String meaning) {}

  private final Template page;
  private final String style = resource("report/report.css");
  private final String script = resource("report/report.js");
  private final String charts = resource(ECHARTS);

  HtmlReport(@Location("report.html") Template page) {
    this.page = page;
  }

  String render(ExperimentReport report) {
    List<Explained> catalogue =
        Arrays.stream(MetricCatalogue.values())
            .map(m -> new Explained(m.key(), m.label(), m.ideal(), m.meaning()))
            .toList();
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
