package io.gdpo.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
  private final Troubles troubles =
      new Troubles(Logger.getLogger(TroublesTest.class), "thing", now::get);

  @Test
  void aThingInTroubleWaitsLongerEachTimeAndIsGivenUpAfterFiveInARow() {
    IllegalStateException failure = new IllegalStateException("no");
    for (int times = 1; times < Troubles.PATIENCE; times++) {
      assertThat(troubles.met("a", failure)).isFalse();
      assertThat(troubles.isDue("a")).isFalse();
      assertThat(troubles.isDue("another")).isTrue();
      now.set(now.get().plusMillis(500L << (times - 1)));
      assertThat(troubles.isDue("a")).isTrue();
    }
    assertThat(troubles.met("a", failure)).isTrue();
  }

  @Test
  void whatWentWellOnceHasAllItsTriesAgain() {
    for (int times = 1; times < Troubles.PATIENCE; times++) {
      troubles.met("a", new StackOverflowError());
    }
    troubles.over("a");

    assertThat(troubles.isDue("a")).isTrue();
    assertThat(troubles.met("a", new StackOverflowError())).isFalse();
  }
}
