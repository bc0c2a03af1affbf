package io.gdpo.trainer.job;

import io.gdpo.contracts.view.JobView;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Callers;
import io.gdpo.platform.security.Role;
import io.gdpo.platform.work.TextTail;
import io.gdpo.platform.work.WorkState;
import io.gdpo.platform.work.Works;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

/** Training jobs over REST: state, logs, cancel. */
@Path("/jobs/{id}")
@RolesAllowed(Role.VIEWER)
@Tag(name = "jobs", description = "Training jobs; one for each stage that was released")
@Produces(MediaType.APPLICATION_JSON)
public class JobResource {
  private static final int MAX_LINES = 10_000;
  private static final int MAX_BYTES = 4 * 1024 * 1024;

  private final Jobs jobs;
  private final JobCommands commands;
  private final JobFolders folders;
  private final Works works;
  private final JobLauncher launcher;
  private final Callers callers;

  JobResource(
      Jobs jobs,
      JobCommands commands,
      JobFolders folders,
      Works works,
      JobLauncher launcher,
      Callers callers) {
    this.jobs = jobs;
    this.commands = commands;
    this.folders = folders;
    this.works = works;
    this.launcher = launcher;
    this.callers = callers;
  }

  @GET
  @Operation(summary = "State and progress of a job")
  @APIResponse(responseCode = "200", description = "The job")
  @APIResponse(responseCode = "404", description = "There is no such job")
  public JobView get(@PathParam("id") String id) {
    return existing(id);
  }

  @GET
  @Path("logs")
  @Produces(MediaType.TEXT_PLAIN)
  @Operation(summary = "The last lines that the job's processes wrote, all attempts together")
  @APIResponse(responseCode = "200", description = "Lines; empty if nothing was written yet")
  @APIResponse(responseCode = "404", description = "There is no such job")
  public String logs(@PathParam("id") String id, @QueryParam("tail") @DefaultValue("200") int tail)
      throws IOException {
    if (tail < 1 || tail > MAX_LINES) {
      throw ProblemException.badRequest(
          "tail is a number of lines from 1 to " + MAX_LINES + ", is " + tail);
    }
    List<String> lines =
        new ArrayList<>(TextTail.of(folders.log(existing(id).id()), tail, MAX_BYTES));
    works
        .find(id)
        .filter(work -> work.state() == WorkState.RUNNING)
        .flatMap(work -> launcher.console(work.processName(), tail))
        .ifPresent(lines::addAll);
    lines.subList(0, Math.max(0, lines.size() - tail)).clear();
    return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
  }

  @POST
  @Path("cancel")
  @RolesAllowed(Role.RESEARCHER)
  @Operation(
      summary = "Stop a job",
      description =
          "The same as a JobCancelRequested event. A running job is CANCELLED when its process is gone; stages that"
              + " start from it are cancelled too. A job that has ended stays as it is.")
  @APIResponse(responseCode = "200", description = "The job as it stands now")
  @APIResponse(responseCode = "404", description = "There is no such job")
  @APIResponse(responseCode = "403", description = "It is of somebody else's experiment")
  public JobView cancel(@PathParam("id") String id) {
    return commands.cancel(id, null, callers.ofRequest());
  }

  private JobView existing(String id) {
    return jobs.view(ProblemException.possible("job", id))
        .orElseThrow(() -> ProblemException.notFound("job", id));
  }
}
