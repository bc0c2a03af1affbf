package io.gdpo.dataset.catalog;

import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.platform.event.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears on Kafka which datasets are wanted, and only notes them. */
@ApplicationScoped
public class DatasetRequests {
  private final Inbox inbox;
  private final Datasets datasets;
  private final DatasetDeletion deletion;

  DatasetRequests(Inbox inbox, Datasets datasets, DatasetDeletion deletion) {
    this.inbox = inbox;
    this.datasets = datasets;
    this.deletion = deletion;
  }

  @Incoming("datasets")
  @Blocking
  void onDatasets(ConsumerRecord<String, byte[]> record) {
    inbox.acceptCommand(record, Event.Command.class, this::handle, datasets::refuse);
  }

  private void handle(Event.Command command) {
    if (command instanceof DatasetCancelRequested cancel) {
      datasets.cancelByEvent(cancel);
    } else if (command instanceof DatasetRequested requested) {
      datasets.request(
          requested.datasetId(),
          requested.spec(),
          requested.requestedBy(),
          requested.sourceSha256());
    } else if (command instanceof DatasetHoldRequested hold) {
      deletion.hold(hold);
    } else if (command instanceof DatasetReleaseRequested release) {
      deletion.release(release);
    }
  }
}
