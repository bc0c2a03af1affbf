package io.gdpo.platform.security;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthenticationTest {
  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.7"})
  void a_service_that_asks_nobody_does_not_listen_to_the_network(String host) {
    assertThatThrownBy(() -> Authentication.requireLoopback(Optional.empty(), host))
        .hasMessageContainingAll(host, "quarkus.oidc.auth-server-url", "127.0.0.1");
    assertThatCode(() -> Authentication.requireLoopback(Optional.of("https://issuer"), host))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
  void on_its_own_machine_nobody_needs_to_be_asked(String host) {
    assertThatCode(() -> Authentication.requireLoopback(Optional.empty(), host))
        .doesNotThrowAnyException();
  }
}
