package io.gdpo.platform.security;

import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Optional;
import java.util.Set;

/** Tells who asks. */
@ApplicationScoped
public class Callers {
  private final Authentication authentication;
  private final SecuritySettings settings;
  private final CurrentIdentityAssociation identity;

  Callers(
      Authentication authentication,
      SecuritySettings settings,
      CurrentIdentityAssociation identity) {
    this.authentication = authentication;
    this.settings = settings;
    this.identity = identity;
  }

  /** Who sent the request that is being answered. */
  public Caller ofRequest() {
    if (!authentication.isAsked()) {
      return Caller.ANYBODY;
    }
    SecurityIdentity asking = identity.getIdentity();
    return new Caller(asking.getPrincipal().getName(), asking.hasRole(Role.OPERATOR));
  }

  /**
   * Who a command by event is from. Who may write to a topic is the broker's matter.
   *
   * @param owner who the event says that it is from
   */
  public Caller ofEvent(String topic, Optional<String> owner) {
    if (!authentication.isAsked()) {
      return Caller.ANYBODY;
    }
    return owner
        .filter(it -> settings.trustedTopics().orElse(Set.of()).contains(topic))
        .map(it -> new Caller(it, false))
        .orElse(Caller.KAFKA);
  }

  /** Who an object in the service's Kubernetes cluster is from. */
  public Caller ofCluster() {
    return authentication.isAsked() ? Caller.KUBERNETES : Caller.ANYBODY;
  }
}
