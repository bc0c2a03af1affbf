package io.gdpo.platform.security;

import io.quarkus.oidc.OidcRequestContext;
import io.quarkus.oidc.OidcTenantConfig;
import io.quarkus.oidc.TenantConfigResolver;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.context.ApplicationScoped;

/**
 * There is one issuer, or none: with a resolver, which names no other, Quarkus takes a service
 * without one for what it is instead of refusing to start.
 */
@ApplicationScoped
class OneTenant implements TenantConfigResolver {
  @Override
  public Uni<OidcTenantConfig> resolve(
      RoutingContext request, OidcRequestContext<OidcTenantConfig> context) {
    return Uni.createFrom().nullItem();
  }
}
