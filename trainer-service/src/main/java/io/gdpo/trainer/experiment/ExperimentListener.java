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
 * would refuse goes to the dead letter topic with the same reason.
 */
@ApplicationScoped
public class ExperimentListener {
  private final Inbox inbox;
  private final Experiments experiments;

  ExperimentListener(Inbox inbox, Experiments experiments) {
    this.inbox = inbox;
    this.experiments = experiments;
  }

  @Incoming("experiments")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.acceptCommand(
        message,
        ExperimentSubmitted.class,
        submitted -> experiments.submit(submitted.spec()),
        Refusal.UNANSWERED);
  }
}
