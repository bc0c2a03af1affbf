package io.gdpo.hub;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** One web server, by what its addresses begin with. */
record Origin(String scheme, String host, int port) {
  private static final Map<String, Integer> USUAL_PORTS = Map.of("http", 80, "https", 443);
  private static final int LAST_PORT = 65_535;

  /** Whom a request to this address reaches; empty if none can be sent there. */
  static Optional<Origin> of(URI address) {
    if (address.getScheme() == null || address.getHost() == null) {
      return Optional.empty();
    }
    String scheme = address.getScheme().toLowerCase(Locale.ROOT);
    if (!USUAL_PORTS.containsKey(scheme) || address.getPort() > LAST_PORT) {
      return Optional.empty();
    }
    return Optional.of(
        new Origin(
            scheme,
            address.getHost().toLowerCase(Locale.ROOT),
            address.getPort() < 0 ? USUAL_PORTS.get(scheme) : address.getPort()));
  }

  /** Where a text leads from an address; empty if no request can be sent there. */
  static Optional<URI> resolve(URI from, String text) {
    try {
      return Optional.of(from.resolve(new URI(text))).filter(to -> of(to).isPresent());
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }
}
