package io.gdpo.local.client;

import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import java.net.URI;
import java.util.List;

/** All services at one address. */
record OneAddress(URI address) implements ServiceAddresses {
  @Override
  public List<Service> known() {
    return List.of(Service.values());
  }

  @Override
  public URI url(Service service) {
    return address;
  }
}
