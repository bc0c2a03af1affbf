package io.gdpo.trainer.experiment;

import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.platform.json.YamlBodyReader;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.problem.SubmissionLimit;
import io.gdpo.platform.security.Caller;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Experiments over REST: submit, watch, suspend, cancel. */
@Path("/experiments")
@RolesAllowed(Role.VIEWER)
@Tag(name = "experiments", description = "A group's data, a model, and a tree of training stages")
@Produces(MediaType.APPLICATION_JSON)
public class ExperimentResource {
  private static final long LOOK_MILLIS = 100;

  private final Experiments experiments;
  private final ExperimentDeletion deletion;
  private final PlanWork plans;
  private final PlanSettings settings;
  private final ExperimentViews views;
  private final Callers callers;
  private final SubmissionLimit limit;

  ExperimentResource(
      Experiments experiments,
      ExperimentDeletion deletion,
      PlanWork plans,
      PlanSettings settings,
      ExperimentViews views,
      Callers callers,
      SubmissionLimit limit) {
    this.experiments = experiments;
    this.deletion = deletion;
    this.plans = plans;
    this.settings = settings;
    this.views = views;
    this.callers = callers;
    this.limit = limit;
  }

  @POST
  @RolesAllowed(Role.RESEARCHER)
  @Consumes({MediaType.APPLICATION_JSON, YamlBodyReader.YAML, "application/x-yaml", "text/yaml"})
  @Operation(
      summary = "Submit an experiment",
      description =
          "The same as an ExperimentSubmitted event. Submitting one specification twice under one"
              + " name runs it once; after it has failed, what failed is done again. It is looked at"
              + " whether its model can be trained; what cannot has FAILED, and its name is free.")
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
    Caller caller = callers.ofRequest();
    limit.count(caller);
    Experiments.Submission submission = experiments.submit(spec, caller);
    ExperimentView planned = planned(submission.experiment());
    if (submission.experiment().status() == ExperimentStatus.PLANNING) {
      requireNoProblem(planned);
    }
    if (submission.created()) {
      return Response.created(uri.getAbsolutePathBuilder().path(spec.name()).build())
          .entity(planned)
          .build();
    }
    return Response.ok(planned).build();
  }

  /** The experiment once it was looked at, or as it stands when that takes long. */
  private ExperimentView planned(ExperimentView experiment) {
    long until = System.nanoTime() + settings.patience().toNanos();
    ExperimentView now = experiment;
    try {
      while (now.status() == ExperimentStatus.PLANNING && System.nanoTime() < until) {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        now = get(experiment.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return now;
  }

  private void requireNoProblem(ExperimentView planned) {
    if (planned.status() == ExperimentStatus.FAILED) {
      List<SpecProblem> problems = plans.problems(planned.name());
      if (!problems.isEmpty()) {
        throw new InvalidSpecException(problems);
      }
    }
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
    return views
        .named(ProblemException.possible("experiment", name))
        .orElseThrow(() -> ProblemException.notFound("experiment", name));
  }

  @DELETE
  @Path("{name}")
  @RolesAllowed(Role.RESEARCHER)
  @Operation(
      summary = "Delete an experiment that has ended, with its jobs, models and evaluations",
      description =
          "The same as an ExperimentDeleteRequested event. Its name is free then. The dataset stays"
              + " as long as another experiment holds it. Files are gone soon after; nothing brings"
              + " them back.")
  @APIResponse(responseCode = "204", description = "It is gone")
  @APIResponse(responseCode = "403", description = "It is somebody else's")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(
      responseCode = "409",
      description = "It has not ended, or another one starts from a model of it")
  public void delete(@PathParam("name") String name) {
    deletion.delete(name, callers.ofRequest());
  }

  @GET
  @Path("{name}/plan")
  @Operation(
      summary = "What an experiment's stages will need",
      description =
          "What was found out before it began: its model's shape, how long its examples are in its"
              + " model's tokens, and each stage's memory, as its job will say it.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = ExperimentPlan.class)))
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(responseCode = "409", description = "No plan of it was made, or not yet")
  public ExperimentPlan plan(@PathParam("name") String name) {
    ExperimentView experiment = get(name);
    return plans.plan(name).orElseThrow(() -> unplanned(experiment, "plan"));
  }

  @GET
  @Path("{name}/samples")
  @Operation(
      summary = "Some of an experiment's examples in its model's tokens",
      description =
          "The first of each belief class in the splits train and eval: ids, the tokens' texts and"
              + " labels, -100 where no loss counts.")
  @APIResponse(
      responseCode = "200",
      content = @Content(schema = @Schema(implementation = TokenSamples.class)))
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(
      responseCode = "409",
      description = "No plan of it was made, or it could not read the examples")
  public Response samples(@PathParam("name") String name) {
    ExperimentView experiment = get(name);
    return Response.ok(
            plans.samples(name).orElseThrow(() -> unplanned(experiment, "samples of a plan")))
        .build();
  }

  private static ProblemException unplanned(ExperimentView experiment, String what) {
    return ProblemException.conflict(
        "Experiment '"
            + experiment.name()
            + "' has no "
            + what
            + ": it is "
            + experiment.status()
            + ", and none was made so far");
  }

  @POST
  @Path("{name}/suspend")
  @RolesAllowed(Role.RESEARCHER)
  @Operation(
      summary = "Train nothing more of an experiment for now",
      description =
          "The same as an ExperimentSuspendRequested event. What is being trained saves a checkpoint"
              + " and stops; its plan, dataset and evaluations go on.")
  @APIResponse(responseCode = "200", description = "The experiment as it stands now")
  @APIResponse(responseCode = "403", description = "It is somebody else's")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(responseCode = "409", description = "It is over")
  public ExperimentView suspend(@PathParam("name") String name) {
    return experiments.suspend(name, true, callers.ofRequest());
  }

  @POST
  @Path("{name}/resume")
  @RolesAllowed(Role.RESEARCHER)
  @Operation(
      summary = "Go on with an experiment that was suspended",
      description =
          "The same as an ExperimentSuspendRequested event with suspend=false. Training goes on from the checkpoints.")
  @APIResponse(responseCode = "200", description = "The experiment as it stands now")
  @APIResponse(responseCode = "403", description = "It is somebody else's")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(responseCode = "409", description = "It is over")
  public ExperimentView resume(@PathParam("name") String name) {
    return experiments.suspend(name, false, callers.ofRequest());
  }

  @POST
  @Path("{name}/cancel")
  @RolesAllowed(Role.RESEARCHER)
  @Operation(
      summary = "Stop an experiment",
      description =
          "The same as an ExperimentCancelRequested event. No stage starts any more, and its plan,"
              + " dataset, jobs and evaluations are stopped; it is CANCELLED when their processes are"
              + " gone.")
  @APIResponse(responseCode = "200", description = "The experiment as it stands now")
  @APIResponse(responseCode = "403", description = "It is somebody else's")
  @APIResponse(responseCode = "404", description = "There is no such experiment")
  @APIResponse(responseCode = "409", description = "It has succeeded or failed already")
  public ExperimentView cancel(@PathParam("name") String name) {
    return experiments.cancel(name, callers.ofRequest());
  }
}
