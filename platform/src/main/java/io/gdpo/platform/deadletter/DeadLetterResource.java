package io.gdpo.platform.deadletter;

import io.gdpo.contracts.topic.Topics;
import io.gdpo.contracts.view.DeadLetterView;
import io.gdpo.platform.event.DeadLetterBox;
import io.gdpo.platform.event.DeadLetterBox.NotResentException;
import io.gdpo.platform.event.DeadLetterBox.Place;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Role;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Records that this service could not handle, over REST: read them, send them again. */
@Path("/dead-letters")
@Tag(name = "dead letters", description = "Records that this service could not handle")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Role.OPERATOR) // a payload may hold what was refused, such as a secret
public class DeadLetterResource {
  private final DeadLetterBox box;

  DeadLetterResource(DeadLetterBox box) {
    this.box = box;
  }

  @GET
  @Operation(
      summary = "Dead letters of this service, the newest first",
      description =
          "Each with the reason and the beginning of its payload; of the latest "
              + DeadLetterBox.READ
              + " records of each dead letter topic.")
  @APIResponse(responseCode = "404", description = "There is no such topic")
  @APIResponse(responseCode = "503", description = "The broker does not answer")
  public List<DeadLetterView> list(
      @QueryParam("topic") String topic,
      @QueryParam("limit") @DefaultValue(Page.DEFAULT_LIMIT) int limit) {
    List<String> topics =
        topic == null
            ? Topics.ofEvents().stream().map(Topics.Topic::name).toList()
            : List.of(known(topic));
    return box.latest(topics, new Page(limit, 0).limit());
  }

  @GET
  @Path("{topic}/{partition}/{offset}")
  @Operation(summary = "A dead letter, by the topic of its record and its place among the letters")
  @APIResponse(responseCode = "200", description = "The letter with its payload")
  @APIResponse(responseCode = "404", description = "This service has no such letter")
  public DeadLetterView get(
      @PathParam("topic") String topic,
      @PathParam("partition") int partition,
      @PathParam("offset") long offset) {
    Place place = new Place(known(topic), partition, offset);
    return box.find(place).orElseThrow(() -> none(place));
  }

  @POST
  @Path("{topic}/{partition}/{offset}/resend")
  @Operation(
      summary = "Send a dead letter's record to its topic again",
      description =
          "As it was: key, headers, value. Who has handled it does not handle it again; the letter"
              + " stays and says when it was last sent.")
  @APIResponse(responseCode = "200", description = "The letter, sent again")
  @APIResponse(responseCode = "404", description = "This service has no such letter")
  @APIResponse(
      responseCode = "409",
      description = "The record cannot be sent; the problem says why")
  @APIResponse(responseCode = "503", description = "The broker does not answer")
  public DeadLetterView resend(
      @PathParam("topic") String topic,
      @PathParam("partition") int partition,
      @PathParam("offset") long offset) {
    Place place = new Place(known(topic), partition, offset);
    try {
      return box.resend(place).orElseThrow(() -> none(place));
    } catch (NotResentException e) {
      throw ProblemException.conflict(e.getMessage());
    }
  }

  private static String known(String topic) {
    return Topics.ofEvents().stream()
        .map(Topics.Topic::name)
        .filter(topic::equals)
        .findAny()
        .orElseThrow(() -> ProblemException.notFound("topic of events", topic));
  }

  private static ProblemException none(Place place) {
    return ProblemException.notFound(
        "dead letter of this service",
        place.topic() + "/" + place.partition() + "/" + place.offset());
  }
}
