package io.gdpo.platform.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.junit.jupiter.api.Test;

class TroublesTest {
  private final AtomicLong now = new AtomicLong();
  private final Troubles troubles =
      new Troubles(Logger.getLogger(TroublesTest.class), "thing", now::get);

  @Test
  void aThingInTroubleWaitsLongerEachTimeAndIsGivenUpAfterFiveInARow() {
    IllegalStateException failure = new IllegalStateException("no");
    for (int times = 1; times < Troubles.PATIENCE; times++) {
      assertThat(troubles.met("a", failure)).isFalse();
      assertThat(troubles.isDue("a")).isFalse();
      assertThat(troubles.isDue("another")).isTrue();
      now.addAndGet(Duration.ofMillis(500L << (times - 1)).toNanos());
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
