package io.gdpo.local.client;

import io.gdpo.contracts.view.UnnamedFolder;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import java.util.ArrayList;
import java.util.List;

/** What {@code gdpo} asks the services of what they keep in the artifact store. */
public final class StorageClient {
  private static final String PATH = "/unnamed-folders";

  private final ServiceAddresses addresses;

  public StorageClient(ServiceAddresses addresses) {
    this.addresses = addresses;
  }

  /**
   * Deletes a dataset.
   *
   * @param even if experiments hold it
   */
  public void deleteDataset(String id, boolean even) {
    new RestClient(Service.DATASET, addresses)
        .delete("/datasets/" + RestClient.encoded(id) + (even ? "?force=true" : ""));
  }

  /** What lies in the store and is named by no row, of all services. */
  public List<UnnamedFolder> unnamed() {
    List<UnnamedFolder> all = new ArrayList<>();
    for (Service service : addresses.known()) {
      all.addAll(List.of(new RestClient(service, addresses).get(PATH, UnnamedFolder[].class)));
    }
    return all;
  }

  /**
   * Has it deleted.
   *
   * @param even where not a single folder is named by a row
   * @return what goes
   */
  public List<UnnamedFolder> collect(boolean even) {
    List<UnnamedFolder> all = new ArrayList<>();
    for (Service service : addresses.known()) {
      all.addAll(
          List.of(
              new RestClient(service, addresses)
                  .post(PATH + "/collect?force=" + even, "", UnnamedFolder[].class)));
    }
    return all;
  }
}
