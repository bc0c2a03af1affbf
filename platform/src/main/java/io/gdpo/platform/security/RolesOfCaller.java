package io.gdpo.platform.security;

import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gives a caller the roles that come with theirs, and everybody all roles while nobody is asked.
 */
@ApplicationScoped
class RolesOfCaller implements SecurityIdentityAugmentor {
  private final Authentication authentication;

  RolesOfCaller(Authentication authentication) {
    this.authentication = authentication;
  }

  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    Set<String> roles =
        authentication.isAsked()
            ? identity.getRoles().stream()
                .flatMap(role -> Role.with(role).stream())
                .collect(Collectors.toSet())
            : Role.with(Role.OPERATOR);
    return Uni.createFrom().item(QuarkusSecurityIdentity.builder(identity).addRoles(roles).build());
  }
}
