package io.gdpo.platform.security;

import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/**
 * Whether callers by REST are asked who they are: they are once an issuer of OpenID Connect is
 * named ({@code quarkus.oidc.auth-server-url}). Without one a service listens to its own machine
 * only, and does not start otherwise.
 */
@ApplicationScoped
public class Authentication {
  private static final Logger LOG = Logger.getLogger(Authentication.class);

  private final Optional<String> issuer;
  private final String host;

  Authentication(
      @ConfigProperty(name = "quarkus.oidc.auth-server-url") Optional<String> issuer,
      @ConfigProperty(name = "quarkus.http.host") String host) {
    this.issuer = issuer.filter(url -> !url.isBlank());
    this.host = host;
  }

  /** Whether callers are asked. */
  public boolean isAsked() {
    return issuer.isPresent();
  }

  void check(@Observes @Priority(1) StartupEvent starting) {
    requireLoopback(issuer, host);
    issuer.ifPresent(url -> LOG.infof("Who calls by REST is asked for a token of %s", url));
  }

  /**
   * @throws IllegalStateException if whoever reaches this machine could do everything
   */
  static void requireLoopback(Optional<String> issuer, String host) {
    if (issuer.isEmpty() && !isLoopback(host)) {
      throw new IllegalStateException(
          "quarkus.http.host is "
              + host
              + ", and nobody would be asked who they are. Name the issuer of your tokens in"
              + " quarkus.oidc.auth-server-url (docs/how-to/secure.md), or listen to this machine"
              + " only with quarkus.http.host=127.0.0.1");
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException("quarkus.http.host is no address: " + host, e);
    }
  }
}
