package io.gdpo.evaluator.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** An experiment's report over REST, finished or not. */
@Path("/experiments/{name}/report")
@RolesAllowed(Role.VIEWER)
@Tag(name = "reports")
public class ReportResource {
  private final Reports reports;
  private final HtmlReport html;

  ReportResource(Reports reports, HtmlReport html) {
    this.reports = reports;
    this.html = html;
  }

  @GET
  @Produces({MediaType.APPLICATION_JSON, "text/markdown", MediaType.TEXT_HTML})
  @Operation(
      summary = "What an experiment has shown so far",
      description =
          "format is json (default), md or html (one self-contained page). Works while the experiment runs: stages"
              + " that are not evaluated yet are listed with their status.")
  public Response report(String name, @RestQuery @DefaultValue("json") String format)
      throws JsonProcessingException {
    ExperimentReport report = reports.of(name);
    return switch (format) {
      case "json" ->
          Response.ok(Json.EVENTS.writeValueAsString(report), MediaType.APPLICATION_JSON).build();
      case "md" ->
          Response.ok(MarkdownReport.render(report), "text/markdown;charset=UTF-8").build();
      case "html" -> Response.ok(html.render(report), "text/html;charset=UTF-8").build();
      default ->
          throw ProblemException.badRequest("format must be json, md or html, is '" + format + "'");
    };
  }
}
