package io.gdpo.local.service;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/** Where services are that commands ask, and what they are shown of who asks. */
public interface ServiceAddresses {

  /** Those that it is known of where they are. */
  List<Service> known();

  /** Root of a service's REST interface. */
  URI url(Service service);

  /** What to do where a service does not answer. */
  default String ifAway(Service service) {
    return "See 'gdpo status' and 'gdpo logs " + service.label() + "'.";
  }

  /** An access token of OpenID Connect; empty where nobody is asked who they are. */
  default Optional<String> token() {
    return Optional.empty();
  }
}
