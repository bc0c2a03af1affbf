package io.gdpo.local.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FollowedLogTest {
  private final FollowedLog log = new FollowedLog(List.of("a", "b", "c"));

  @Test
  void onlyLinesAfterTheLastLookAreFresh() {
    assertThat(log.fresh(List.of("b", "c", "d"))).containsExactly("d");
    assertThat(log.fresh(List.of("c", "d", "e"))).containsExactly("e");
  }

  @Test
  void nothingIsFreshWhenNothingWasWritten() {
    assertThat(log.fresh(List.of("a", "b", "c"))).isEmpty();
  }

  @Test
  void everythingIsFreshAfterMoreWasWrittenThanALookHolds() {
    assertThat(log.fresh(List.of("x", "y", "z"))).containsExactly("x", "y", "z");
  }
}
