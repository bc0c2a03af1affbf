package io.gdpo.group.belief;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class BeliefScaleTest {

  @Test
  void aNumberedScaleFallsIntoFiveEqualParts() {
    assertThat(
            beliefs(
                "Never justifiable",
                "2",
                "3",
                "4",
                "5",
                "6",
                "7",
                "8",
                "9",
                "Always justifiable",
                "Don't know"))
        .containsExactly(1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0);
  }

  @Test
  void aScaleThatBeginsWithTheFavourableEndRunsDown() {
    assertThat(beliefs("Competition is good", "2", "3", "4", "Competition is harmful", "No answer"))
        .containsExactly(5, 4, 3, 2, 1, 0);
  }

  @Test
  void endsMayCarryTheirNumber() {
    assertThat(beliefs("1 There is no corruption", "2", "3", "4", "5 There is much corruption"))
        .containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void whatStandsBeforeTheScaleKeepsItsOwnMeaning() {
    assertThat(beliefs("Refused", "1", "2", "3", "4", "5")).containsExactly(0, 1, 2, 3, 4, 5);
  }

  @Test
  void twoNumbersAreNoScale() {
    assertThat(BeliefScale.of(List.of("1", "2"))).allMatch(java.util.Optional::isEmpty);
  }

  private static List<Integer> beliefs(String... options) {
    return BeliefScale.of(List.of(options)).stream()
        .map(found -> found.orElseThrow().belief())
        .toList();
  }
}
