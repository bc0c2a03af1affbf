package io.gdpo.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.event.JobFailed;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class ReasonTest {
  @Test
  void ordinaryTextStaysAsItIs() {
    String text = "survey.csv, row 3: 'Türkiye' 🍎\n\tgive a group; 5 < 6";

    assertThat(Reason.clean(text)).isEqualTo(text);
    assertThat(Reason.clean(null)).isNull();
  }

  @Test
  void whatADatabaseOrATerminalTakesBadlyIsReplaced() {
    assertThat(Reason.clean("a\u0000b\u001b[31mc\ud83dd\udf4e\u202ee\r"))
        .isEqualTo("a\uFFFDb\uFFFD[31mc\uFFFDd\uFFFD\uFFFDe\uFFFD");
  }

  @Test
  void aLongReasonIsCutAndSaysSo() {
    String cut = Reason.clean("🍎".repeat(600_000));

    assertThat(cut)
        .hasSizeLessThanOrEqualTo(Reason.LONGEST)
        .endsWith("(1200000 characters in all)");
    assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(cut)).isTrue();
    assertThat(Reason.clean("x".repeat(Reason.LONGEST))).hasSize(Reason.LONGEST).endsWith("x");
    assertThat(Reason.clean("x".repeat(Reason.LONGEST + 1)))
        .hasSize(Reason.LONGEST)
        .endsWith("all)");
    assertThat(Reason.clean("x".repeat(Reason.LONGEST - 1) + "🍎"))
        .hasSizeLessThanOrEqualTo(Reason.LONGEST)
        .endsWith("all)");
  }

  @Test
  void aThrowableAlwaysGivesAReason() {
    assertThat(Reason.of(new StackOverflowError())).isEqualTo("java.lang.StackOverflowError");
    assertThat(Reason.of(new OutOfMemoryError("Java heap space")))
        .isEqualTo("OutOfMemoryError: Java heap space");
    assertThat(Reason.of(new NoSuchFileException("/x"))).isEqualTo("NoSuchFileException: /x");
  }

  @Test
  void eventsOfFailureCarryCleanReasons() {
    assertThat(new JobFailed("j", "e", "s", "a\u0000b").reason()).isEqualTo("a\uFFFDb");
  }
}
