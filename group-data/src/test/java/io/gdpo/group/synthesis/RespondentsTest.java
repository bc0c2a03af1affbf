package io.gdpo.group.synthesis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RespondentsTest {

  @Test
  void seatsFollowTheSharesAndTheLargestRemainders() {
    assertThat(Respondents.apportion(List.of(0.46, 0.33, 0.21), 10)).containsExactly(5, 3, 2);
    assertThat(Respondents.apportion(List.of(0.43, 0.43, 0.14), 10)).containsExactly(4, 4, 2);
    assertThat(Respondents.apportion(List.of(0.5, 0.5), 3)).containsExactly(2, 1);
    assertThat(Respondents.apportion(List.of(1.0, 0.0), 24)).containsExactly(24, 0);
  }

  @Test
  void wholeQuotasStayWholeDespiteRounding() {
    assertThat(Respondents.apportion(List.of(0.7 / 7, 0.1 * 3, 0.6), 10)).containsExactly(1, 3, 6);
  }
}
