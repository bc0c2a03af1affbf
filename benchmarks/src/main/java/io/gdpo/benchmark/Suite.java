package io.gdpo.benchmark;

import io.gdpo.benchmark.example.ExampleSource;
import io.gdpo.benchmark.example.PairShape;
import io.gdpo.benchmark.example.SurveyPairs;
import io.gdpo.benchmark.side.Request;
import io.gdpo.contracts.spec.Levers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The benchmarks that there are. One class because all that is measured is to be read on one page.
 */
final class Suite {
  private static final double GDPO_LONG_PROMPT = 5;
  private static final double GDPO_EVEN = 3;
  private static final double GDPO_SURVEY = 4;
  private static final double DPO = 1.5;
  private static final double FORWARD_AND_BACKWARD = 0.97;
  private static final double SAMPLING = 1.5;

  static final ModelShape GPT2 = new ModelShape("gpt2-small", 12, 768, 12, 1024, 50_257);
  private static final ModelShape SMALL = new ModelShape("6x384", 6, 384, 6, 512, 50_257);
  private static final ModelShape DEMO = new ModelShape("4x192", 4, 192, 6, 256, 1_156);
  private static final ModelShape TINY = new ModelShape("2x64", 2, 64, 2, 512, 8_192);

  static final Contender PLAIN = Contender.python("plain PyTorch");
  static final Contender OURS = Contender.java("ours");

  private final Path samples;
  private final Lengths lengths;
  private final List<Benchmark> benchmarks = new ArrayList<>();

  /**
   * @param shortest prompt and response together, in tokens
   * @param longest likewise
   * @param newTokens of a sampled continuation
   */
  private record Lengths(int shortest, int longest, int newTokens) {}

  private Suite(Path samples, Lengths lengths) {
    this.samples = samples;
    this.lengths = lengths;
  }

  /**
   * All benchmarks.
   *
   * @param samples folder of {@code survey.csv} and {@code tokenizer.json}
   */
  static List<Benchmark> full(Path samples) {
    Suite suite = new Suite(samples, new Lengths(256, 512, 64));
    suite.gdpo(SMALL, 8);
    suite.survey(SMALL, 16);
    suite.dpo(SMALL, 8);
    suite.languageModel(SMALL, 8);
    suite.sampling(SMALL, 8);
    suite.bfloat16(SMALL, 8);
    suite.levers(SMALL, 8);
    suite.demo(DEMO, 32);
    suite.gdpo(GPT2, 4);
    suite.survey(GPT2, 8);
    suite.dpo(GPT2, 4);
    suite.languageModel(GPT2, 4);
    suite.sampling(GPT2, 8);
    suite.bfloat16(GPT2, 4);
    return List.copyOf(suite.benchmarks);
  }

  /**
   * The same in small, without goals: shows that everything works; its figures show nothing else.
   */
  static List<Benchmark> quick(Path samples) {
    Suite suite = new Suite(samples, new Lengths(64, 96, 8));
    suite.gdpo(TINY, 4);
    suite.survey(TINY, 4);
    suite.dpo(TINY, 4);
    suite.languageModel(TINY, 4);
    suite.sampling(TINY, 4);
    suite.bfloat16(TINY, 4);
    suite.levers(TINY, 4);
    suite.demo(TINY, 4);
    return suite.benchmarks.stream().map(benchmark -> benchmark.aiming(0)).toList();
  }

  private ExampleSource longPrompt(Structure structure) {
    return new PairShape(0.8, lengths.shortest, lengths.longest, structure.pairsOfPrompt());
  }

  private ExampleSource even(Structure structure) {
    return new PairShape(0.5, lengths.shortest, lengths.longest, structure.pairsOfPrompt());
  }

  private void gdpo(ModelShape model, int pairs) {
    for (Structure structure : Structure.BOTH) {
      add(model, "gdpo-4to1-", structure, "gdpo", longPrompt(structure), pairs, GDPO_LONG_PROMPT);
      add(model, "gdpo-1to1-", structure, "gdpo", even(structure), pairs, GDPO_EVEN);
    }
  }

  private void survey(ModelShape model, int pairs) {
    for (Structure structure : Structure.BOTH) {
      benchmarks.add(
          Benchmark.training(
              "gdpo-survey-%s-%s".formatted(structure.order(), model.name()),
              String.format(
                  Locale.ROOT,
                  "a GDPO step of the demo's data, %d pairs; %s",
                  pairs,
                  structure.inData()),
              "gdpo",
              model,
              new SurveyPairs(samples, "Riverside", structure.pairsOfPrompt()),
              pairs,
              PLAIN,
              OURS,
              GDPO_SURVEY));
    }
  }

  private void add(
      ModelShape model,
      String prefix,
      Structure structure,
      String kind,
      ExampleSource source,
      int pairs,
      double goal) {
    benchmarks.add(
        Benchmark.training(
            prefix + structure.word() + "-" + model.name(),
            String.format(Locale.ROOT, "a GDPO step of %d pairs; %s", pairs, structure.what()),
            kind,
            model,
            source,
            pairs,
            PLAIN,
            OURS,
            goal));
  }

  private void dpo(ModelShape model, int pairs) {
    Contender live = Contender.python("TRL");
    Contender cached = Contender.python("TRL, cached").with(Request.Work::withCachedReference);
    for (Structure structure : Structure.BOTH) {
      String what =
          String.format(Locale.ROOT, "a DPO step of %d pairs; %s", pairs, structure.what());
      String end = structure.word() + "-" + model.name();
      dpo("dpo-4to1-" + end, what, model, longPrompt(structure), pairs, live, DPO);
      dpo("dpo-1to1-" + end, what, model, even(structure), pairs, live, DPO);
    }
    Structure alone = Structure.ALONE;
    dpo(
        "dpo-4to1-%s-cached-%s".formatted(alone.word(), model.name()),
        String.format(
            Locale.ROOT,
            "a DPO step of %d pairs; %s; reference log-probabilities computed before, by both",
            pairs,
            alone.what()),
        model,
        longPrompt(alone),
        pairs,
        cached,
        0);
  }

  private void dpo(
      String name,
      String what,
      ModelShape model,
      ExampleSource source,
      int pairs,
      Contender trl,
      double goal) {
    benchmarks.add(Benchmark.training(name, what, "dpo", model, source, pairs, trl, OURS, goal));
  }

  private void languageModel(ModelShape model, int rows) {
    int length = (lengths.shortest + lengths.longest) / 2;
    benchmarks.add(
        Benchmark.training(
            "forward-backward-" + model.name(),
            String.format(Locale.ROOT, "%d rows of %d tokens forward and back", rows, length),
            "lm",
            model,
            new PairShape(1, length, length, 1),
            rows,
            PLAIN,
            OURS,
            FORWARD_AND_BACKWARD));
  }

  private void sampling(ModelShape model, int prompts) {
    for (int samplesOfPrompt : List.of(1, 8)) {
      benchmarks.add(
          new Benchmark(
              String.format(Locale.ROOT, "sampling-%d-%s", samplesOfPrompt, model.name()),
              String.format(
                  Locale.ROOT,
                  "%d prompts, %d continuations of each, %d tokens long",
                  prompts,
                  samplesOfPrompt,
                  lengths.newTokens),
              "sampling",
              model,
              new PairShape(0.8, lengths.shortest / 2, lengths.longest / 2, 1),
              prompts,
              Contender.python("generate"),
              OURS,
              SAMPLING,
              0,
              samplesOfPrompt,
              lengths.newTokens));
    }
  }

  private void bfloat16(ModelShape model, int pairs) {
    UnaryOperator<Request.Work> inBfloat16 = work -> work.in("bfloat16");
    ExampleSource source = longPrompt(Structure.TOGETHER);
    String what =
        String.format(Locale.ROOT, "a GDPO step of %d pairs; %s", pairs, Structure.TOGETHER.what());
    Contender ours = Contender.java("ours, bf16").with(inBfloat16);
    benchmarks.add(
        Benchmark.training(
                "bf16-over-float32-" + model.name(),
                what,
                "gdpo",
                model,
                source,
                pairs,
                OURS,
                ours,
                0)
            .tolerating(Benchmark.BFLOAT16_ROUNDING));
    benchmarks.add(
        Benchmark.training(
                "bf16-both-" + model.name(),
                what,
                "gdpo",
                model,
                source,
                pairs,
                Contender.python("plain PyTorch, autocast").with(inBfloat16),
                ours,
                0)
            .tolerating(Benchmark.BFLOAT16_ROUNDING));
  }

  /** What each lever brings: ours without it against ours. */
  private void levers(ModelShape model, int pairs) {
    Map<String, Levers> without = new LinkedHashMap<>();
    without.put("one-forward", without(0));
    without.put("cached-reference", without(1));
    without.put("selected-rows", without(2));
    without.put("shared-prefixes", without(3));
    without.put("sequence-packing", without(4));
    without.put("length-bucketing", without(5));
    without.put("fused-optimizer", without(6));
    without.put("prefetch", without(7));
    without.forEach(
        (lever, levers) ->
            benchmarks.add(
                Benchmark.training(
                    "lever-%s-%s".formatted(lever, model.name()),
                    String.format(
                        Locale.ROOT,
                        "a GDPO step of the demo's data, %d pairs; %s",
                        4 * pairs,
                        Structure.TOGETHER.inData()),
                    "gdpo",
                    model,
                    new SurveyPairs(samples, "Riverside", Structure.TOGETHER.pairsOfPrompt()),
                    4 * pairs,
                    Contender.java("ours without").with(work -> work.with(levers)),
                    OURS,
                    0)));
  }

  /** What all levers together bring to the demo's stages: ours without any against ours. */
  private void demo(ModelShape model, int pairs) {
    for (String loss : List.of("sft", "belief-sft", "dpo", "gdpo")) {
      boolean inParts = loss.equals("belief-sft") || loss.equals("gdpo");
      Levers none = new Levers(!inParts, false, false, false, false, false, false, false);
      benchmarks.add(
          Benchmark.training(
              "demo-%s-%s".formatted(loss, model.name()),
              String.format(Locale.ROOT, "a step of the demo's stage %s, %d pairs", loss, pairs),
              loss,
              model,
              new SurveyPairs(samples, "Riverside", Structure.TOGETHER.pairsOfPrompt()),
              pairs,
              Contender.java("ours without levers").with(work -> work.with(none)),
              OURS,
              0));
    }
  }

  private static Levers without(int lever) {
    Boolean[] on = new Boolean[8];
    on[lever] = false;
    return new Levers(on[0], on[1], on[2], on[3], on[4], on[5], on[6], on[7]);
  }
}
