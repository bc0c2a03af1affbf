package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.contracts.view.EvaluationView;
import io.gdpo.platform.json.YamlBodyReader;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.problem.SubmissionLimit;
import io.gdpo.platform.security.Callers;
import io.gdpo.platform.security.Role;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.Works;
import jakarta.annotation.security.RolesAllowed;
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
@RolesAllowed(Role.VIEWER)
@Tag(name = "evaluations")
@Produces(MediaType.APPLICATION_JSON)
public class EvaluationResource {
  private final Evaluations evaluations;
  private final RunningProgress progress;
  private final Works works;
  private final Callers callers;
  private final SubmissionLimit limit;

  EvaluationResource(
      Evaluations evaluations,
      RunningProgress progress,
      Works works,
      Callers callers,
      SubmissionLimit limit) {
    this.evaluations = evaluations;
    this.progress = progress;
    this.works = works;
    this.callers = callers;
    this.limit = limit;
  }

  @POST
  @RolesAllowed(Role.RESEARCHER)
  @Transactional
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML})
  @Operation(
      summary = "Measure a checkpoint",
      description =
          "The same as an EvaluationRequested event. 202 with the evaluation; what was measured by"
              + " these settings is not measured again (200) unless that has no result (202). By other"
              + " settings it is another evaluation, with an id of its own.")
  public Response request(EvaluationRequested request) {
    limit.count(callers.ofRequest());
    Evaluations.Requested requested =
        evaluations.request(
            request == null ? null : request.checkpoint(),
            request == null ? null : request.evaluation());
    Evaluation evaluation = requested.evaluation();
    return Response.status(requested.asked() ? 202 : 200)
        .location(URI.create("/evaluations/" + evaluation.id()))
        .entity(view(evaluation))
        .build();
  }

  @GET
  @Operation(summary = "Evaluations, or an experiment's, in the order of their requests, by pages")
  public List<EvaluationView> list(
      @RestQuery Optional<String> experiment,
      @RestQuery @DefaultValue(Page.DEFAULT_LIMIT) int limit,
      @RestQuery @DefaultValue("0") int offset) {
    experiment.ifPresent(name -> ProblemException.possible("experiment", name));
    return Evaluation.page(experiment, new Page(limit, offset)).stream().map(this::view).toList();
  }

  @GET
  @Path("/{id}")
  @Operation(summary = "One evaluation; a checkpoint's first one has the checkpoint's id")
  public EvaluationView get(String id) {
    return Evaluation.withId(ProblemException.possible("evaluation", id))
        .map(this::view)
        .orElseThrow(() -> ProblemException.notFound("evaluation", id));
  }

  @POST
  @Path("/{id}/cancel")
  @RolesAllowed(Role.OPERATOR)
  @Transactional
  @Operation(
      summary = "End an evaluation",
      description =
          "The same as an EvaluationCancelRequested event. It is CANCELLED when its process is gone;"
              + " one that is over stays as it is.")
  public EvaluationView cancel(String id) {
    return view(evaluations.cancel(id, null));
  }

  private EvaluationView view(Evaluation evaluation) {
    boolean runs = evaluation.status() == EvaluationStatus.RUNNING;
    return evaluation.view(
        progress.of(evaluation),
        runs ? works.find(evaluation.id()).map(Work::waitsFor) : Optional.empty());
  }
}
