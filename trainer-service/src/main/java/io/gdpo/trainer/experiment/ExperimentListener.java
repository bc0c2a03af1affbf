package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.platform.event.Inbox;
import io.gdpo.platform.event.Refusal;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Takes experiments in from Kafka exactly as {@link ExperimentResource} does from REST; what that
 * would refuse goes to the dead letter topic with the same reason; but an experiment whose model
 * cannot be trained is taken in and has FAILED, so that whoever waits for it by its name hears why.
 */
@ApplicationScoped
public class ExperimentListener {
  private final Inbox inbox;
  private final ModelAdmission models;

  ExperimentListener(Inbox inbox, ModelAdmission models) {
    this.inbox = inbox;
    this.models = models;
  }

  @Incoming("experiments")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.acceptCommand(
        message,
        ExperimentSubmitted.class,
        submitted -> models.take(submitted.spec()),
        Refusal.UNANSWERED);
  }
}
