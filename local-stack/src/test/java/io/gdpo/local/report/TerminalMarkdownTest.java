package io.gdpo.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TerminalMarkdownTest {

  @Test
  void aTableIsAlignedAndLosesItsPipes() {
    List<String> lines =
        TerminalMarkdown.render(
            List.of(
                "# Report",
                "| stage | JSD |",
                "| --- | ---: |",
                "| `sft` | 0.1 |",
                "| belief-sft | **0.095** |",
                "after"));

    assertThat(lines)
        .containsExactly(
            "# Report",
            "stage         JSD",
            "----------  -----",
            "sft           0.1",
            "belief-sft  0.095",
            "after");
  }

  @Test
  void whatWasEscapedAsTextIsShownAsText() {
    assertThat(
            TerminalMarkdown.render(
                List.of("| q |", "| --- |", "| \\<b\\>\\*\\*x\\*\\* \\`y\\` a\\|b \\\\n |")))
        .containsExactly("q", "-".repeat(19), "<b>**x** `y` a|b \\n");
  }

  @Test
  void aLongHeadIsWrappedToItsValues() {
    assertThat(
            TerminalMarkdown.render(
                List.of("| stage | Margin, majority |", "| --- | --: |", "| gdpo | 0.1 |")))
        .containsExactly(
            "        Margin,", "stage  majority", "-----  --------", "gdpo        0.1");
  }

  @Test
  void theSummaryEndsWhereTheSecondSectionBegins() {
    assertThat(TerminalMarkdown.summary(List.of("# R", "## Stages", "x", "## Questions", "y")))
        .containsExactly("# R", "## Stages", "x");
  }
}
