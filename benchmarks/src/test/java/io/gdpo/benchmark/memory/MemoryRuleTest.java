package io.gdpo.benchmark.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The estimate of memory against what processes really took, on a narrow model with a vocabulary as
 * wide as Qwen's, where logits are most of it. benchmarks/run --memory does the same at the width
 * of a real model.
 */
class MemoryRuleTest {
  @TempDir private static Path folder;
  private static WideVocabulary world;

  @BeforeAll
  static void make() throws Exception {
    world = new WideVocabulary(folder, 2, 64, 2, 128, 24);
    world.make();
  }

  @ParameterizedTest(name = "{0} {1} lora {2}, batch {3}")
  @CsvSource({
    "sft, float32, false, 16",
    "gdpo, float32, true, 16",
    "evaluation, float32, false, 0"
  })
  void whatAProcessTakesIsWithin15PercentOfWhatItSaid(
      String loss, String dtype, boolean lora, int batch) throws Exception {
    MemoryTable table =
        new MemoryTable(
            world, Path.of("../worker/target/class-path"), Map.of("--steps", "2", "--tokens", "2"));

    MemoryTable.Measured measured = table.measure(new MemoryTable.Case(loss, dtype, lora, batch));

    assertThat((double) measured.taken()).isCloseTo(measured.said(), Percentage.withPercentage(15));
  }
}
