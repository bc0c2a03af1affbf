package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.Event;
import io.gdpo.platform.event.Inbox;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears how the checkpoints of stages were measured. */
@ApplicationScoped
public class EvaluationListener {
  private final Inbox inbox;
  private final ExperimentFlow flow;

  EvaluationListener(Inbox inbox, ExperimentFlow flow) {
    this.inbox = inbox;
    this.flow = flow;
  }

  @Incoming("evaluations")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.accept(
        message,
        Event.OfEvaluation.class,
        event -> {
          if (event instanceof EvaluationCompleted completed) {
            flow.evaluationCompleted(completed);
          } else if (event instanceof EvaluationFailed failed) {
            flow.evaluationFailed(failed);
          } else if (event instanceof EvaluationCancelled cancelled) {
            flow.evaluationCancelled(cancelled);
          }
        });
  }
}
