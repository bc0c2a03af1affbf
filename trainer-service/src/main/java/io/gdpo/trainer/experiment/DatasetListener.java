package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.Retention.DatasetDeleted;
import io.gdpo.platform.event.Inbox;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears what became of datasets. */
@ApplicationScoped
public class DatasetListener {
  private final Inbox inbox;
  private final ExperimentFlow flow;
  private final ExperimentStore store;

  DatasetListener(Inbox inbox, ExperimentFlow flow, ExperimentStore store) {
    this.inbox = inbox;
    this.flow = flow;
    this.store = store;
  }

  @Incoming("datasets")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.accept(
        message,
        Event.OfDataset.class,
        event -> {
          if (event instanceof DatasetReady ready) {
            flow.datasetReady(ready);
          } else if (event instanceof DatasetFailed failed) {
            flow.datasetFailed(failed);
          } else if (event instanceof DatasetCancelled cancelled) {
            flow.datasetCancelled(cancelled);
          } else if (event instanceof DatasetDeleted deleted) {
            store.datasetIsGone(deleted.datasetId());
          }
        });
  }
}
