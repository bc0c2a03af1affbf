package io.gdpo.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TokenSamples.Sample;
import io.gdpo.contracts.job.TokenSamples.Sequence;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PreviewTextTest {
  private static final List<String> CHOSEN =
      List.of("<Q>", "So", "\n", " why", "?", "<A>", "2", "<", "Maybe", ">", " No", ".");

  @Test
  void eachTokenStandsAboveItsIdUnderWhatBecomesOfIt() throws IOException {
    assertThat(shown(sequence(CHOSEN, 6)))
        .containsSubsequence(
            "train, class 2 chosen over class 4, casual, question q-1",
            "Chosen: 12 tokens, read by sft, dpo",
            "  > <Q>So",
            "  >  why?<A>2<Maybe> No.",
            "  0-5  ignored",
            "      |<Q>|So |\\n |\u00b7why|?  |<A>|",
            "       100 101 102 103  104 105",
            "  6-8  belief, counted",
            "      |2  |<  |Maybe|",
            "       106 107 108",
            "  9-11  counted",
            "      |>  |\u00b7No|.  |",
            "       109 110 111");
  }

  @Test
  void aSideIsNamedWithTheStagesThatReadIt() throws IOException {
    assertThat(shown(sequence(CHOSEN, 6)))
        .contains(
            "Rejected: 12 tokens, read by dpo",
            "Rejected under the chosen belief: 12 tokens, read by no stage of this file",
            "  6-8  belief, ignored");
  }

  @Test
  void ofAPairThatTellsNoBeliefThereAreTwoSides() throws IOException {
    Sequence pair = sequence(CHOSEN, 6);
    Sample sample = new Sample(Split.TRAIN, "So why?", "pairs", null, null, 6, 6, pair, pair, pair);

    assertThat(PreviewText.of(spec(), sample))
        .contains(
            "train, pairs, question So why?",
            "Chosen: 12 tokens, read by sft, dpo",
            "Rejected: 12 tokens, read by dpo",
            "  6-11  counted")
        .noneMatch(line -> line.contains("belief"));
  }

  @Test
  void ofAResponseThatIsJudgedByItselfThereIsOneSide() throws IOException {
    Sequence bad = sequence(CHOSEN, 6);
    Sample sample =
        new Sample(Split.TRAIN, "So why?", "unpaired", null, null, 6, 6, null, bad, bad);

    assertThat(PreviewText.of(spec(), sample))
        .contains("Rejected: 12 tokens, read by dpo")
        .noneMatch(line -> line.startsWith("Chosen"));
  }

  @Test
  void longTextsAreWrappedAndWhatWasLeftOutIsCounted() throws IOException {
    List<String> tokens = Collections.nCopies(TokenSamples.MOST_TOKENS, " word");
    List<Long> ids = Collections.nCopies(tokens.size(), 50_000L);
    List<Long> labels = Collections.nCopies(tokens.size(), TokenSamples.IGNORED);

    List<String> lines = shown(new Sequence(600, ids, tokens, labels, String.join("", tokens)));

    assertThat(lines)
        .allMatch(line -> line.length() <= 80)
        .contains("  and 88 tokens more")
        .anyMatch(line -> line.matches("  > ( word){15} ?"));
    assertThat(
            lines.stream()
                .filter(line -> line.startsWith("      |"))
                .mapToLong(line -> line.chars().filter(c -> c == '|').count() - 1)
                .sum())
        .as("no token is lost in three sequences")
        .isEqualTo(3L * TokenSamples.MOST_TOKENS);
  }

  private static Sequence sequence(List<String> tokens, int counted) {
    List<Long> ids = IntStream.range(100, 100 + tokens.size()).mapToObj(Long::valueOf).toList();
    return new Sequence(
        tokens.size(),
        ids,
        tokens,
        IntStream.range(0, ids.size())
            .mapToObj(i -> i < counted ? TokenSamples.IGNORED : ids.get(i))
            .toList(),
        String.join("", tokens));
  }

  private static List<String> shown(Sequence sequence) throws IOException {
    return PreviewText.of(
        spec(),
        new Sample(
            Split.TRAIN,
            "q-1",
            "casual",
            2,
            4,
            6,
            9,
            sequence,
            sequence,
            sequence.length() > 12 ? sequence : sequence(CHOSEN, 9)));
  }

  private static ExperimentSpec spec() throws IOException {
    return Json.SPECS
        .readValue(
            """
            {"name": "mine", "dataset": {"survey": "s.csv", "group": "Harbor"},
             "model": {"hub": "o/n"},
             "stages": [{"name": "sft", "training": {"loss": "sft"}},
                        {"name": "dpo", "parent": "sft", "training": {"loss": "dpo"}}]}
            """,
            ExperimentSpec.class)
        .checked();
  }
}
