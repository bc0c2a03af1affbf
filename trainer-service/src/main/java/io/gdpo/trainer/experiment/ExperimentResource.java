package io.gdpo.trainer.experiment;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.platform.database.Page;
import io.gdpo.platform.json.YamlBodyReader;
import io.gdpo.platform.problem.ProblemException;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Experiments over REST: submit, watch, cancel. */
@Path("/experiments")
@Tag(name = "experiments", description = "A group's data, a model, and a tree of training stages")
@Produces(MediaType.APPLICATION_JSON)
public class ExperimentResource {
  private final Experiments experiments;
  private final ModelAdmission models;
  private final ExperimentViews views;

  ExperimentResource(Experiments experiments, ModelAdmission models, ExperimentViews views) {
    this.experiments = experiments;
    this.models = models;
    this.views = views;
  }

  @POST
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML, "application/x-yaml", "text/yaml"})
  @Operation(
      summary = "Submit an experiment",
      description =
          "The same as an ExperimentSubmitted event. Submitting one specification twice under one"
              + " name runs it once; after it has failed, what failed is done again.")
  @APIResponse(
      responseCode = "201",
      description = "Taken in",
      content = @Content(schema = @Schema(implementation = ExperimentView.class)))
  @APIResponse(
      responseCode = "200",
      description = "It was there already",
      content = @Content(schema = @Schema(implementation = ExperimentView.class)))
  @APIResponse(responseCode = "400", description = "Invalid; the problem lists everything wrong")
  @APIResponse(responseCode = "409", description = "The name stands for another specification")
  public Response submit(ExperimentSpec spec, UriInfo uri) {
    if (spec == null) {
      throw ProblemException.badRequest("The body is empty; give an experiment as YAML or JSON");
    }
    Experiments.Submission submission = models.submit(spec);
    return submission.created()
        ? Response.created(uri.getAbsolutePathBuilder().path(spec.name()).build())
            .entity(submission.experiment())
            .build()
        : Response.ok(submission.experiment()).build();
  }

  @GET
  @Operation(summary = "Experiments, the newest first, by pages")
  public List<ExperimentView> list(
      @QueryParam("limit") @DefaultValue(Page.DEFAULT_LIMIT) int limit,
      @QueryParam("offset") @DefaultValue("0") int offset) {
    return views.page(new Page(limit, offset));
  }

  @GET
  @Path("{name}")
  @Operation(summary = "An experiment, its stages, their progress and evaluations")
  @APIResponse(responseCode = "200", description = "The experiment")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  public ExperimentView get(@PathParam("name") String name) {
    return views.named(name).orElseThrow(() -> missing(name));
  }

  @POST
  @Path("{name}/cancel")
  @Operation(
      summary = "Stop an experiment",
      description =
          "No stage starts any more and running jobs are stopped; the experiment is CANCELLED when"
              + " their processes are gone.")
  @APIResponse(responseCode = "200", description = "The experiment as it stands now")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(responseCode = "409", description = "It has succeeded or failed already")
  public ExperimentView cancel(@PathParam("name") String name) {
    return experiments.cancel(name).orElseThrow(() -> missing(name));
  }

  private static ProblemException missing(String name) {
    return ProblemException.notFound("experiment", name);
  }
}
