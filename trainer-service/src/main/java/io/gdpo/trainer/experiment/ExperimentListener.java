package io.gdpo.trainer.experiment;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.platform.event.Inbox;
import io.gdpo.platform.event.PoisonEventException;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
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
    inbox.accept(
        message,
        Event.OfExperiment.class,
        event -> {
          if (event instanceof ExperimentSubmitted) {
            submit(message.value());
          }
        });
  }

  /**
   * Reads the specification again, strictly: readers of events ignore what they do not know, but a
   * misspelt setting must not be ignored.
   */
  private void submit(byte[] data) {
    ExperimentSpec spec;
    try {
      spec = Json.SPECS.treeToValue(Json.SPECS.readTree(data).path("spec"), ExperimentSpec.class);
    } catch (IOException e) {
      throw new PoisonEventException("The experiment cannot be read: " + e.getMessage(), e);
    }
    if (spec == null) {
      throw new PoisonEventException("The experiment is missing: the event's data has no 'spec'");
    }
    models.take(spec);
  }
}
