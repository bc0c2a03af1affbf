package io.gdpo.local.client;

import io.gdpo.local.stack.Service;
import io.gdpo.local.stack.StackState;

/** What {@code gdpo} asks of evaluator-service: an experiment's report. */
public final class EvaluatorClient {
  private final RestClient rest;

  public EvaluatorClient(StackState stack) {
    this.rest = new RestClient(Service.EVALUATOR.label(), stack.url(Service.EVALUATOR));
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
