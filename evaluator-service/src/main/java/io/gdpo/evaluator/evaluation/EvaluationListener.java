package io.gdpo.evaluator.evaluation;

import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.platform.event.Inbox;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Notes every checkpoint that Kafka brings. */
@ApplicationScoped
class EvaluationListener {
  private final Inbox inbox;
  private final Evaluations evaluations;
  private final EvaluationDeletion deletion;

  EvaluationListener(Inbox inbox, Evaluations evaluations, EvaluationDeletion deletion) {
    this.inbox = inbox;
    this.evaluations = evaluations;
    this.deletion = deletion;
  }

  @Incoming("checkpoints")
  @Blocking
  void onCheckpoints(ConsumerRecord<String, byte[]> record) {
    inbox.accept(
        record,
        Event.OfCheckpoint.class,
        event -> {
          if (event instanceof CheckpointSaved saved) {
            evaluations.requestByEvent(saved.checkpoint(), saved.evaluation());
          } else if (event instanceof CheckpointsDeleted deleted) {
            deletion.checkpointsDeleted(deleted);
          }
        },
        evaluations::refuse);
  }

  /** The topic carries our own answers too; only requests concern us. */
  @Incoming("evaluations")
  @Blocking
  void onEvaluations(ConsumerRecord<String, byte[]> record) {
    inbox.acceptCommand(record, Event.Command.class, this::handle, evaluations::refuse);
  }

  private void handle(Event.Command command) {
    if (command instanceof EvaluationRequested requested) {
      evaluations.requestByEvent(requested.checkpoint(), requested.evaluation());
    } else if (command instanceof EvaluationCancelRequested cancel) {
      evaluations.cancelByEvent(cancel);
    }
  }
}
