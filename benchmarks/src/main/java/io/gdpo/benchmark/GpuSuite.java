package io.gdpo.benchmark;

import io.gdpo.benchmark.example.ExampleSource;
import io.gdpo.benchmark.example.PairShape;
import io.gdpo.benchmark.example.SurveyPairs;
import io.gdpo.benchmark.side.Request;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The benchmarks of a GPU. */
final class GpuSuite {
  private static final double OWN_PROMPT = 6;
  private static final double SHARED = 9;
  private static final double DPO = 2.5;
  private static final double SAMPLING = 3;

  private static final ModelShape LARGE = new ModelShape("16x2048", 16, 2048, 16, 1024, 50_257);
  private static final int SHORTEST = 256;
  private static final int LONGEST = 512;
  private static final int NEW_TOKENS = 64;
  private static final double LONG_PROMPT = 0.8;

  private final Path samples;
  private final List<Benchmark> benchmarks = new ArrayList<>();

  private GpuSuite(Path samples) {
    this.samples = samples;
  }

  /** What is measured on a GPU: in bfloat16 and float32, in batches that keep one busy. */
  static List<Benchmark> gpu(Path samples) {
    GpuSuite suite = new GpuSuite(samples);
    suite.onGpu(Suite.GPT2, 16, "bfloat16");
    suite.onGpu(Suite.GPT2, 16, "float32");
    suite.onGpu(LARGE, 16, "bfloat16");
    return List.copyOf(suite.benchmarks);
  }

  private void onGpu(ModelShape model, int pairs, String dtype) {
    UnaryOperator<Request.Work> in = work -> work.in(dtype);
    Contender ours = Suite.OURS.with(in);
    Contender plain = Suite.PLAIN.with(in);
    String end = model.name() + "-" + dtype;
    for (Structure structure : Structure.BOTH) {
      double goal = structure.pairsOfPrompt() == 1 ? OWN_PROMPT : SHARED;
      String what =
          String.format(Locale.ROOT, "%d pairs in %s; %s", pairs, dtype, structure.what());
      ExampleSource source =
          new PairShape(LONG_PROMPT, SHORTEST, LONGEST, structure.pairsOfPrompt());
      on(
          "gdpo-4to1-" + structure.word() + "-" + end,
          what,
          "gdpo",
          model,
          source,
          pairs,
          plain,
          ours,
          goal);
      on(
          "dpo-4to1-" + structure.word() + "-" + end,
          what,
          "dpo",
          model,
          source,
          pairs,
          Contender.python("TRL").with(in),
          ours,
          DPO);
    }
    for (int many : List.of(pairs, 4 * pairs)) {
      on(
          String.format(Locale.ROOT, "gdpo-survey-%d-%s", many, end),
          String.format(Locale.ROOT, "%d pairs of the demo's data in %s", many, dtype),
          "gdpo",
          model,
          new SurveyPairs(samples, "Riverside", Structure.TOGETHER.pairsOfPrompt()),
          many,
          plain,
          ours,
          SHARED);
    }
    int length = (SHORTEST + LONGEST) / 2;
    on(
        "forward-backward-" + end,
        String.format(Locale.ROOT, "%d rows of %d tokens in %s", 2 * pairs, length, dtype),
        "lm",
        model,
        new PairShape(1, length, length, 1),
        2 * pairs,
        plain,
        ours,
        0);
    benchmarks.add(
        new Benchmark(
            "sampling-4-" + end,
            String.format(Locale.ROOT, "%d prompts, 4 continuations of 64 tokens", pairs),
            "sampling",
            model,
            new PairShape(LONG_PROMPT, SHORTEST / 2, LONGEST / 2, 1),
            pairs,
            Contender.python("generate").with(in),
            ours,
            SAMPLING,
            0,
            4,
            NEW_TOKENS));
  }

  private void on(
      String name,
      String what,
      String kind,
      ModelShape model,
      ExampleSource source,
      int pairs,
      Contender theirs,
      Contender ours,
      double goal) {
    Benchmark benchmark =
        Benchmark.training(name, what, kind, model, source, pairs, theirs, ours, goal);
    benchmarks.add(
        name.endsWith("bfloat16") ? benchmark.tolerating(Benchmark.BFLOAT16_ROUNDING) : benchmark);
  }
}
