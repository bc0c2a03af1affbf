package io.gdpo.dataset.upload;

import io.gdpo.contracts.view.UploadView;
import io.gdpo.platform.problem.SubmissionLimit;
import io.gdpo.platform.security.Callers;
import io.gdpo.platform.security.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Files that lie where the services cannot read them, sent over REST. */
@Path("/datasets/uploads")
@RolesAllowed(Role.RESEARCHER)
@Tag(name = "datasets")
@Produces(MediaType.APPLICATION_JSON)
public class UploadResource {
  private static final String DIGEST = "Repr-Digest";

  private final Uploads uploads;
  private final Callers callers;
  private final SubmissionLimit limit;

  UploadResource(Uploads uploads, Callers callers, SubmissionLimit limit) {
    this.uploads = uploads;
    this.callers = callers;
    this.limit = limit;
  }

  @POST
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary = "Upload a survey, or a file of examples",
      description =
          "The body is the file as it is; a dataset can name the address that is answered. The same"
              + " name and bytes have the same address. A SHA-256 in Repr-Digest is checked. As"
              + " application/zip, the files of splits of a folder: the address is the folder's.")
  @APIResponse(
      responseCode = "201",
      description = "It is kept",
      content = @Content(schema = @Schema(implementation = UploadView.class)))
  @APIResponse(
      responseCode = "200",
      description = "The same was there",
      content = @Content(schema = @Schema(implementation = UploadView.class)))
  @APIResponse(
      responseCode = "400",
      description = "It is empty or cut off, its name cannot be kept, or its digest is another")
  @APIResponse(responseCode = "413", description = "It is larger than gdpo.uploads.largest")
  @APIResponse(
      responseCode = "503",
      description = "There is no room, or there are too many at once")
  public Response file(
      @QueryParam("name") String name,
      @HeaderParam(HttpHeaders.CONTENT_LENGTH) Long length,
      @HeaderParam(DIGEST) String digest,
      InputStream body) {
    limit.count(callers.ofRequest());
    return answer(uploads.file(name, new Body(body, length, digest)));
  }

  @POST
  @Consumes("application/zip")
  @Operation(hidden = true) // one operation of the document, whatever the body is
  public Response folder(
      @HeaderParam(HttpHeaders.CONTENT_LENGTH) Long length,
      @HeaderParam(DIGEST) String digest,
      InputStream body) {
    limit.count(callers.ofRequest());
    return answer(uploads.folder(new Body(body, length, digest)));
  }

  private static Response answer(Uploads.Kept kept) {
    return Response.status(kept.isNew() ? 201 : 200).entity(kept.upload()).build();
  }
}
