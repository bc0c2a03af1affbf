package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.platform.database.Page;
import io.gdpo.platform.json.YamlBodyReader;
import io.gdpo.platform.problem.ProblemException;
import jakarta.transaction.Transactional;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jboss.resteasy.reactive.RestQuery;

/** Evaluations over REST. */
@Path("/evaluations")
@Tag(name = "evaluations")
@Produces(MediaType.APPLICATION_JSON)
public class EvaluationResource {
  private final Evaluations evaluations;
  private final RunningProgress progress;

  EvaluationResource(Evaluations evaluations, RunningProgress progress) {
    this.evaluations = evaluations;
    this.progress = progress;
  }

  @POST
  @Transactional
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML})
  @Operation(
      summary = "Measure a checkpoint",
      description =
          "The same as an EvaluationRequested event. 202 with the evaluation; a checkpoint that is known is not"
              + " measured again (200) unless that failed (202), and asking for it with other settings is a"
              + " conflict (409).")
  public Response request(EvaluationRequested request) {
    Evaluations.Requested requested =
        evaluations.request(
            request == null ? null : request.checkpoint(),
            request == null ? null : request.evaluation());
    Evaluation evaluation = requested.evaluation();
    if (request.evaluation() != null && !request.evaluation().equals(evaluation.spec())) {
      throw ProblemException.conflict(
          "Checkpoint '"
              + evaluation.checkpointId()
              + "' was or will be evaluated with other settings ("
              + evaluation.spec()
              + "); an evaluation changes only when it has failed");
    }
    return Response.status(requested.asked() ? 202 : 200)
        .location(URI.create("/evaluations/" + evaluation.checkpointId()))
        .entity(view(evaluation))
        .build();
  }

  @GET
  @Operation(summary = "Evaluations, or an experiment's, in the order of their requests, by pages")
  public List<EvaluationView> list(
      @RestQuery Optional<String> experiment,
      @RestQuery @DefaultValue(Page.DEFAULT_LIMIT) int limit,
      @RestQuery @DefaultValue("0") int offset) {
    return Evaluation.page(experiment, new Page(limit, offset)).stream().map(this::view).toList();
  }

  @GET
  @Path("/{checkpointId}")
  @Operation(summary = "A checkpoint's evaluation")
  public EvaluationView get(String checkpointId) {
    return Evaluation.ofCheckpoint(checkpointId)
        .map(this::view)
        .orElseThrow(() -> ProblemException.notFound("evaluation of checkpoint", checkpointId));
  }

  private EvaluationView view(Evaluation evaluation) {
    return EvaluationView.of(evaluation, progress.of(evaluation));
  }
}
