package io.gdpo.local.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.gdpo.contracts.view.JobView;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.net.URI;
import java.util.List;

/** What {@code gdpo} asks of trainer-service: experiments and the logs of their jobs. */
public final class TrainerClient {
  private final RestClient rest;

  public TrainerClient(ServiceAddresses services) {
    this.rest = new RestClient(Service.TRAINER, services);
  }

  /**
   * Submits an experiment; submitting the same one again changes nothing unless it has failed: then
   * what failed is done again.
   */
  public ExperimentView submit(ExperimentSpec spec) {
    try {
      return rest.post("/experiments", Json.SPECS.writeValueAsString(spec), ExperimentView.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("An experiment cannot be written as JSON: " + spec, e);
    }
  }

  /** The newest experiments, as many as a page may have. */
  public List<ExperimentView> experiments() {
    return List.of(rest.get("/experiments?limit=1000", ExperimentView[].class));
  }

  public ExperimentView experiment(String name) {
    return rest.get("/experiments/" + RestClient.encoded(name), ExperimentView.class);
  }

  /**
   * A stage that has had a job.
   *
   * @throws CommandFailure if there is none of this name, or its job is not yet due
   */
  public StageView stage(String experimentName, String stageName) {
    ExperimentView experiment = experiment(experimentName);
    StageView stage =
        experiment.stages().stream()
            .filter(s -> s.name().equals(stageName))
            .findFirst()
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.NOT_FOUND,
                        experiment.name() + " has no stage '" + stageName + "'",
                        "Its stages are "
                            + experiment.stages().stream().map(StageView::name).toList()
                            + "."));
    if (stage.jobId() == null) {
      throw new CommandFailure(
          ExitCode.NOT_FOUND,
          "Stage " + stageName + " has no job; it is " + stage.status(),
          "A stage gets its job when its parent has succeeded.");
    }
    return stage;
  }

  /** Where a job keeps its files. */
  public URI jobFolder(String jobId) {
    return URI.create(job(jobId).folderUri());
  }

  public ExperimentView suspend(String name) {
    return order(name, "suspend");
  }

  public ExperimentView resume(String name) {
    return order(name, "resume");
  }

  public ExperimentView cancel(String name) {
    return order(name, "cancel");
  }

  /** Deletes an experiment that has ended, with its jobs, models and evaluations. */
  public void delete(String name) {
    rest.delete("/experiments/" + RestClient.encoded(name));
  }

  private ExperimentView order(String name, String order) {
    return rest.post(
        "/experiments/" + RestClient.encoded(name) + "/" + order, "", ExperimentView.class);
  }

  /** Whether a job will write no more. */
  public boolean hasEnded(String jobId) {
    return job(jobId).status().isTerminal();
  }

  private JobView job(String id) {
    return rest.get("/jobs/" + RestClient.encoded(id), JobView.class);
  }

  /** The last lines of a job's log. */
  public List<String> jobLog(String jobId, int lines) {
    return rest.getText("/jobs/" + RestClient.encoded(jobId) + "/logs?tail=" + lines)
        .lines()
        .toList();
  }
}
