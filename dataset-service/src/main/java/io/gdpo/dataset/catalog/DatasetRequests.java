package io.gdpo.dataset.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.platform.event.Inbox;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears on Kafka which datasets are wanted, and only notes them. */
@ApplicationScoped
public class DatasetRequests {
  private final Inbox inbox;
  private final Datasets datasets;

  DatasetRequests(Inbox inbox, Datasets datasets) {
    this.inbox = inbox;
    this.datasets = datasets;
  }

  @Incoming("datasets")
  @Blocking
  void onDatasets(ConsumerRecord<String, byte[]> record) {
    inbox.acceptCommand(record, Event.Command.class, this::handle, this::refuse);
  }

  /** What cannot be read or carried out is a dataset that failed, if it is known which. */
  private boolean refuse(JsonNode data, String reason) {
    datasets.refuse(
        data.path("dataset_id").asText(), null, data.path("requested_by").textValue(), reason);
    return true;
  }

  private void handle(Event.Command command) {
    if (command instanceof DatasetCancelRequested cancel) {
      datasets.cancelByEvent(cancel);
    } else if (command instanceof DatasetRequested requested) {
      List<SpecProblem> problems = Datasets.problems(requested.spec());
      if (problems.isEmpty() || requested.spec() == null) {
        datasets.request(requested.datasetId(), requested.spec(), requested.requestedBy(), null);
      } else {
        datasets.refuse(
            requested.datasetId(),
            requested.spec(),
            requested.requestedBy(),
            new InvalidSpecException(problems).getMessage());
      }
    }
  }
}
