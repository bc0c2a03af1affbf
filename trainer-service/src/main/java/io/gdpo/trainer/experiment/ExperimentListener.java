package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.ExperimentSuspendRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleteRequested;
import io.gdpo.platform.event.Inbox;
import io.gdpo.platform.event.Refusal;
import io.gdpo.platform.security.Caller;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Takes commands about experiments from Kafka exactly as {@link ExperimentResource} does from REST;
 * what that would refuse goes to the dead letter topic with the same reason. An experiment whose
 * model cannot be trained is taken in and has FAILED, so that whoever waits for it by its name
 * hears why.
 */
@ApplicationScoped
public class ExperimentListener {
  private final Inbox inbox;
  private final Experiments experiments;
  private final ExperimentDeletion deletion;

  ExperimentListener(Inbox inbox, Experiments experiments, ExperimentDeletion deletion) {
    this.inbox = inbox;
    this.experiments = experiments;
    this.deletion = deletion;
  }

  @Incoming("experiments")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.acceptCommand(message, Event.Command.class, this::handle, Refusal.UNANSWERED);
  }

  private void handle(Event.Command command, Caller caller) {
    if (command instanceof ExperimentSubmitted submitted) {
      experiments.submitByEvent(submitted.spec(), caller);
    } else if (command instanceof ExperimentCancelRequested cancel) {
      experiments.cancelByEvent(cancel.experiment(), caller);
    } else if (command instanceof ExperimentSuspendRequested suspend) {
      experiments.suspendByEvent(suspend.experiment(), suspend.suspend(), caller);
    } else if (command instanceof ExperimentDeleteRequested delete) {
      deletion.delete(delete.experiment(), caller);
    }
  }
}
