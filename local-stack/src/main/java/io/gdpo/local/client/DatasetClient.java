package io.gdpo.local.client;

import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.contracts.view.UploadView;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.upload.Outgoing;
import java.util.List;
import java.util.function.Consumer;

/** What {@code gdpo} asks of dataset-service: what it holds, and what is in it. */
public final class DatasetClient {
  private final RestClient rest;

  public DatasetClient(ServiceAddresses services) {
    this.rest = new RestClient(Service.DATASET, services);
  }

  /** The newest thousand. */
  public List<DatasetView> datasets() {
    return List.of(rest.get("/datasets?limit=1000", DatasetView[].class));
  }

  public DatasetView dataset(String id) {
    return rest.get(path(id), DatasetView.class);
  }

  /** The card of one that is READY. */
  public DatasetCard card(String id) {
    return rest.get(path(id) + "/card", DatasetCard.class);
  }

  /** Some of the examples of one that is READY. */
  public DatasetSamples samples(String id) {
    return rest.get(path(id) + "/samples", DatasetSamples.class);
  }

  /**
   * Has a file kept in the artifact store.
   *
   * @param progress takes lines on how it goes, if it is large
   */
  public UploadView upload(Outgoing outgoing, Consumer<String> progress) {
    String path = "/datasets/uploads";
    if (!outgoing.isArchive()) {
      path += "?name=" + RestClient.encoded(outgoing.file().getFileName().toString());
    }
    return rest.postFile(path, outgoing, progress, UploadView.class);
  }

  private static String path(String id) {
    return "/datasets/" + RestClient.encoded(id);
  }
}
