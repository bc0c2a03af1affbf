package io.gdpo.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  @Test
  void theFirstDeathIsForgivenAndTheNextOnesWaitLongerUpToALimit() {
    assertThat(Backoff.after(0).delay()).isEqualTo(Duration.ZERO);
    assertThat(Backoff.after(1).delay()).isEqualTo(Duration.ofSeconds(1));
    assertThat(Backoff.after(3).delay()).isEqualTo(Duration.ofSeconds(4));
    assertThat(Backoff.after(100).delay()).isEqualTo(Duration.ofSeconds(30));
  }
}
