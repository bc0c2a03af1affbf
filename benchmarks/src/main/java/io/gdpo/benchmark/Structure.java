package io.gdpo.benchmark;

import java.util.List;

/**
 * How prompts and pairs go together.
 *
 * @param word for the benchmark's name
 * @param pairsOfPrompt that stand together
 * @param what this is in words
 * @param order of real data, for the benchmark's name
 * @param inData what this is in data that has many pairs of each prompt
 */
record Structure(String word, int pairsOfPrompt, String what, String order, String inData) {
  static final Structure ALONE =
      new Structure(
          "own-prompt",
          1,
          "every pair has its own prompt",
          "shuffled",
          "every pair shuffled by itself (examples_per_prompt: 1)");
  static final Structure TOGETHER =
      new Structure(
          "4-a-prompt",
          4,
          "4 pairs of each prompt",
          "grouped",
          "up to 4 pairs of a prompt kept together (examples_per_prompt: 4)");
  static final List<Structure> BOTH = List.of(ALONE, TOGETHER);
}
