package io.gdpo.dataset.catalog;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.view.DatasetPreview;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.platform.json.YamlBodyReader;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.problem.SubmissionLimit;
import io.gdpo.platform.security.Callers;
import io.gdpo.platform.security.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
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
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Datasets over REST: ask for one, see what became of it, read its card. */
@Path("/datasets")
@RolesAllowed(Role.VIEWER)
@Tag(name = "datasets", description = "A group's preference examples, from a survey or ready made")
@Produces(MediaType.APPLICATION_JSON)
public class DatasetResource {
  private final Datasets datasets;
  private final DatasetDeletion deletion;
  private final ArtifactStore artifacts;
  private final Callers callers;
  private final SubmissionLimit limit;

  DatasetResource(
      Datasets datasets,
      DatasetDeletion deletion,
      ArtifactStore artifacts,
      Callers callers,
      SubmissionLimit limit) {
    this.datasets = datasets;
    this.deletion = deletion;
    this.artifacts = artifacts;
    this.callers = callers;
    this.limit = limit;
  }

  @POST
  @RolesAllowed(Role.RESEARCHER)
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML, "application/x-yaml", "text/yaml"})
  @Operation(
      summary = "Ask for a dataset",
      description =
          "The same as a DatasetRequested event, with an id made from the specification and the"
              + " content of its source, as experiments' datasets have it: asking twice is one dataset, a"
              + " changed survey is another. What a worker fetches from afar is not known yet: each"
              + " such request is a dataset of its own. One that failed is built anew.")
  @APIResponse(
      responseCode = "202",
      description = "It will be built; look at its state",
      content = @Content(schema = @Schema(implementation = DatasetView.class)))
  @APIResponse(
      responseCode = "200",
      description = "It was built before",
      content = @Content(schema = @Schema(implementation = DatasetView.class)))
  @APIResponse(responseCode = "400", description = "Invalid, or its source is not there")
  public Response request(DatasetSpec spec, UriInfo uri) {
    limit.count(callers.ofRequest());
    List<SpecProblem> problems = Datasets.problems(spec);
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    String sha256 = datasets.sourceSha256(spec);
    DatasetView dataset =
        datasets.request(
            sha256 == null ? "ds-" + UUID.randomUUID() : spec.idFor(sha256), spec, null, sha256);
    URI location = uri.getAbsolutePathBuilder().path(dataset.id()).build();
    return Response.status(dataset.state() == DatasetState.REQUESTED ? 202 : 200)
        .location(location)
        .entity(dataset)
        .build();
  }

  @GET
  @Operation(summary = "Datasets, the newest first, by pages")
  public List<DatasetView> list(
      @QueryParam("limit") @DefaultValue(Page.DEFAULT_LIMIT) int limit,
      @QueryParam("offset") @DefaultValue("0") int offset) {
    return datasets.page(new Page(limit, offset));
  }

  @GET
  @Path("/{id}")
  @Operation(summary = "One dataset: its state, where it lies, or why it failed")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DatasetView.class)))
  @APIResponse(responseCode = "404", description = "There is none of this id")
  public DatasetView get(@PathParam("id") String id) {
    return datasets.find(id).orElseThrow(() -> ProblemException.notFound("dataset", id));
  }

  @POST
  @Path("/{id}/cancel")
  @RolesAllowed(Role.OPERATOR)
  @Operation(
      summary = "End a build",
      description =
          "The same as a DatasetCancelRequested event of no experiment: it is ended for all who wait"
              + " for it. The dataset is CANCELLED when its process is gone; one that is READY or"
              + " FAILED stays as it is.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DatasetView.class)))
  @APIResponse(responseCode = "404", description = "There is none of this id")
  public DatasetView cancel(@PathParam("id") String id) {
    return datasets.cancel(id, null, null);
  }

  @DELETE
  @Path("/{id}")
  @RolesAllowed(Role.OPERATOR)
  @Operation(
      summary = "Delete a dataset",
      description =
          "Whoever asks for its content again has it built again. Files are gone soon after; nothing"
              + " brings them back.")
  @APIResponse(responseCode = "204", description = "It is gone")
  @APIResponse(responseCode = "404", description = "There is none of this id")
  @APIResponse(
      responseCode = "409",
      description =
          "It is being built, or experiments hold it; force=true deletes it in spite of them")
  public void delete(
      @PathParam("id") String id, @QueryParam("force") @DefaultValue("false") boolean force) {
    deletion.delete(id, force);
  }

  @GET
  @Path("/{id}/card")
  @Operation(
      summary = "What a dataset holds and what was left out",
      description = "Every row of the source is accounted for; refused rows with their reason.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DatasetCard.class)))
  @APIResponse(responseCode = "404", description = "There is no dataset of this id")
  @APIResponse(responseCode = "409", description = "It is not built yet, or failed")
  public Response card(@PathParam("id") String id) {
    return beside(id, "card", DatasetCard.FILE);
  }

  @GET
  @Path("/{id}/samples")
  @Operation(
      summary = "Some of a dataset's examples as text",
      description = "The first of each belief class in each split, as a model reads them.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DatasetSamples.class)))
  @APIResponse(responseCode = "404", description = "There is no dataset of this id, or it has none")
  @APIResponse(responseCode = "409", description = "It is not built yet, or failed")
  public Response samples(@PathParam("id") String id) {
    return beside(id, "samples", DatasetSamples.FILE);
  }

  @GET
  @Path("/{id}/preview")
  @Operation(
      summary = "A dataset's examples, a few at a time",
      description =
          "Of the same samples those of a split, or of a belief class of the chosen side, by pages."
              + " Tokens are a model's: GET /experiments/{name}/samples of trainer-service has them.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = DatasetPreview.class)))
  @APIResponse(responseCode = "400", description = "There is no such split, or n is out of range")
  @APIResponse(responseCode = "404", description = "There is no dataset of this id, or it has none")
  @APIResponse(responseCode = "409", description = "It is not built yet, or failed")
  public DatasetPreview preview(
      @PathParam("id") String id,
      @QueryParam("split") String split,
      @QueryParam("belief") Integer belief,
      @QueryParam("n") @DefaultValue("5") int n,
      @QueryParam("offset") @DefaultValue("0") int offset)
      throws IOException {
    return Preview.of(split, belief, n, offset, () -> content(id, "preview", DatasetSamples.FILE));
  }

  /** A file that the build left beside the data. */
  private Response beside(String id, String what, String file) {
    return Response.ok(content(id, what, file)).build();
  }

  private byte[] content(String id, String what, String file) {
    DatasetView dataset = get(id);
    if (dataset.state() != DatasetState.READY) {
      throw ProblemException.conflict(
          "dataset '"
              + id
              + "' has no "
              + what
              + ": it is "
              + dataset.state()
              + (dataset.reason() == null ? "" : ", because " + dataset.reason()));
    }
    URI folder = URI.create(dataset.uri().endsWith("/") ? dataset.uri() : dataset.uri() + "/");
    try {
      return artifacts.read(folder.resolve(file));
    } catch (ArtifactMissingException e) {
      throw ProblemException.notFound(file + " of dataset", id); // built by a version before
    }
  }
}
