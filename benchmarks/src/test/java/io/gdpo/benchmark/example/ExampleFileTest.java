package io.gdpo.benchmark.example;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleFileTest {
  private static final Path SAMPLES = Path.of("..", "examples");

  @TempDir private Path folder;

  @Test
  void what_is_written_is_read_again() throws Exception {
    ExampleFile written = new PairShape(0.8, 64, 96, 4).examples(6, 8_192);
    Path file = folder.resolve("examples.json");

    written.write(file);

    assertThat(ExampleFile.read(file)).usingRecursiveComparison().isEqualTo(written);
  }

  @Test
  void the_file_has_the_names_that_the_python_side_reads() throws Exception {
    Path file = folder.resolve("examples.json");

    new PairShape(0.8, 64, 96, 1).examples(1, 8_192).write(file);

    assertThat(Files.readString(file))
        .contains("\"belief_tokens\"", "\"examples\"", "\"prompt\"", "\"chosen\"", "\"rejected\"")
        .contains("\"rejected_under_belief\"", "\"belief_close\"", "\"target\"");
  }

  @Test
  void pairs_have_the_lengths_the_belief_and_the_prompts_that_their_shape_says() {
    PairShape shape = new PairShape(0.8, 64, 96, 4);

    List<PairTokens> pairs = shape.examples(8, 8_192).examples();

    for (PairTokens pair : pairs) {
      int length = pair.prompt().length + pair.chosen().length;
      assertThat(length).isLessThanOrEqualTo(96);
      assertThat((double) pair.prompt().length / length).isBetween(0.75, 0.92);
      long[] belief = Arrays.copyOf(pair.chosen(), pair.beliefClose() + 1);
      assertThat(pair.rejectedUnderBelief()).startsWith(belief);
      assertThat(pair.rejected()[0]).isNotEqualTo(pair.chosen()[0]);
      assertThat(pair.target()).hasSize(6);
    }
    assertThat(pairsOfPrompts(pairs).values()).containsExactlyInAnyOrder(4L, 4L);
  }

  @Test
  void the_demo_s_pairs_come_grouped_or_shuffled() throws Exception {
    List<PairTokens> grouped =
        new SurveyPairs(SAMPLES, "Riverside", 4).examples(64, 50_257).examples();
    List<PairTokens> shuffled =
        new SurveyPairs(SAMPLES, "Riverside", 1).examples(64, 50_257).examples();

    assertThat(pairsOfPrompts(grouped)).hasSizeLessThan(pairsOfPrompts(shuffled).size() / 2);
    assertThat(grouped).allSatisfy(pair -> assertThat(pair.chosen()).isNotEmpty());
  }

  private static Map<LongBuffer, Long> pairsOfPrompts(List<PairTokens> pairs) {
    return pairs.stream()
        .collect(Collectors.groupingBy(p -> LongBuffer.wrap(p.prompt()), Collectors.counting()));
  }
}
