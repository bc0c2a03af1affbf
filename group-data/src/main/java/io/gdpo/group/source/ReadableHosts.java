package io.gdpo.group.source;

import io.gdpo.artifacts.Boundary;
import io.gdpo.artifacts.source.SourceException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Whose {@code https} and {@code http} addresses may be read, and at which addresses of the network
 * they may be found. Workers are told by the service that starts them.
 *
 * @param hosts {@code name} or {@code name:port}, {@code *} for all
 * @param privateHosts likewise, those that may be found in a private network
 */
record ReadableHosts(Set<String> hosts, Set<String> privateHosts) {
  static ReadableHosts of(Map<String, String> environment) {
    return new ReadableHosts(
        hosts(environment.getOrDefault(Boundary.HOSTS, "")),
        hosts(environment.getOrDefault(Boundary.PRIVATE_HOSTS, "")));
  }

  private static Set<String> hosts(String told) {
    return Stream.of(told.toLowerCase(Locale.ROOT).split("\\s+"))
        .filter(host -> !host.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * @throws SourceException if the address is not one that may be read
   */
  void require(URI address) {
    String scheme = address.getScheme() == null ? "" : address.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http") || address.getHost() == null) {
      throw new SourceException("it is no https address with a host");
    }
    if (address.getRawUserInfo() != null) {
      throw new SourceException(
          "it names a user; what only somebody with a password may read is copied to a path or a"
              + " bucket first");
    }
    String named = named(address);
    if (!hosts.contains("*") && !hosts.contains(named) && !privateHosts.contains(named)) {
      throw new SourceException(
          "nothing may be read of "
              + named
              + "; whoever runs the services allows a host by gdpo.artifacts.readable-hosts ("
              + Boundary.HOSTS
              + " for gdpo plan)");
    }
  }

  /** The host, with its port where that is not the scheme's. */
  private static String named(URI address) {
    String host = address.getHost().toLowerCase(Locale.ROOT);
    int usual = address.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return address.getPort() < 0 || address.getPort() == usual
        ? host
        : host + ":" + address.getPort();
  }

  /**
   * @param address one that may be read
   * @param found where its host was found just now; only there it is asked
   * @throws SourceException if it may not be asked there
   */
  void requireAllowed(URI address, InetAddress... found) throws UnknownHostException {
    if (found.length == 0) {
      throw new UnknownHostException(address.getHost());
    }
    for (InetAddress each : found) {
      if (!PublicAddress.is(each) && !privateHosts.contains(named(address))) {
        throw new SourceException(
            named(address)
                + " is "
                + each.getHostAddress()
                + ", which is no address of the public internet; whoever runs the services allows"
                + " it by gdpo.artifacts.readable-private-hosts ("
                + Boundary.PRIVATE_HOSTS
                + " for gdpo plan)");
      }
    }
  }
}
