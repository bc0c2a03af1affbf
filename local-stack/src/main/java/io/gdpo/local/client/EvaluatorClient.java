package io.gdpo.local.client;

import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.contracts.view.EvaluationView;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What {@code gdpo} asks of evaluator-service: how far it is, and an experiment's report. */
public final class EvaluatorClient {
  private final RestClient rest;

  public EvaluatorClient(ServiceAddresses services) {
    this.rest = new RestClient(Service.EVALUATOR, services);
  }

  /**
   * How far an experiment's evaluations have come that have not ended.
   *
   * @return for each checkpoint's id; empty for one that waits, or has told nothing yet
   */
  public Map<String, Optional<EvaluationProgress>> progress(String experiment) {
    Map<String, Optional<EvaluationProgress>> progress = new HashMap<>();
    for (EvaluationView evaluation :
        rest.get(
            "/evaluations?limit=1000&experiment=" + RestClient.encoded(experiment),
            EvaluationView[].class)) {
      if (!evaluation.status().isTerminal()) {
        progress.put(evaluation.checkpointId(), Optional.ofNullable(evaluation.progress()));
      }
    }
    return progress;
  }

  /**
   * An experiment's report.
   *
   * @param format {@code json}, {@code md} or {@code html}
   */
  public String report(String experiment, String format) {
    return rest.getText(
        "/experiments/" + RestClient.encoded(experiment) + "/report?format=" + format);
  }
}
