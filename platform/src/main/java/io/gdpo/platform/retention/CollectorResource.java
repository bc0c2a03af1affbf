package io.gdpo.platform.retention;

import io.gdpo.contracts.view.UnnamedFolder;
import io.gdpo.platform.security.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** What lies in the artifact store for nobody, over REST. */
@Path("/unnamed-folders")
@RolesAllowed(Role.OPERATOR)
@Tag(name = "collector", description = "Folders of the artifact store that no row names")
@Produces(MediaType.APPLICATION_JSON)
public class CollectorResource {
  private final Collector collector;

  CollectorResource(Collector collector) {
    this.collector = collector;
  }

  @GET
  @Operation(
      summary = "Folders of this service that no row names, with their bytes",
      description = "Nothing is changed: this is what a POST would delete.")
  public List<UnnamedFolder> find() {
    return collector.find();
  }

  @POST
  @Path("collect")
  @Operation(
      summary = "Delete the folders of this service that no row names",
      description = "They are listed at once and deleted soon after.")
  @APIResponse(responseCode = "200", description = "What goes")
  @APIResponse(
      responseCode = "409",
      description =
          "No folder at all is named by a row: the store may be another database's. force=true does"
              + " it all the same")
  public List<UnnamedFolder> collect(@QueryParam("force") @DefaultValue("false") boolean force) {
    return collector.collect(force);
  }
}
