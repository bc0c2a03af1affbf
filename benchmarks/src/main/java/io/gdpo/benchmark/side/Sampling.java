package io.gdpo.benchmark.side;

import io.gdpo.benchmark.example.ExampleFile;
import io.gdpo.benchmark.example.PairTokens;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.Devices;
import io.gdpo.lm.sampling.Sampler;
import io.gdpo.lm.sampling.SamplingSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Continuations of prompts, each of a fixed number of tokens. */
final class Sampling implements Computation {
  private static final long NO_STOP_TOKEN = -1;
  private static final int GREEDY_TOKENS = 16;

  private final List<PairTokens> examples;
  private final int batchSize;
  private final int samples;
  private final int newTokens;
  private final CausalLanguageModel model;
  private final Sampler sampler;

  Sampling(Request.Work work) throws IOException {
    this.examples = ExampleFile.read(Path.of(work.examples())).examples();
    this.batchSize = work.batchSize();
    this.samples = work.samples();
    this.newTokens = work.newTokens();
    this.model = CausalLanguageModel.load(Path.of(work.model()), Devices.choose(work.device()));
    model.computeIn(ComputeType.ofLabel(work.dtype()));
    this.sampler = new Sampler(model);
  }

  private List<long[]> prompts(int step) {
    int from = step * batchSize % examples.size();
    return examples.subList(from, from + batchSize).stream().map(PairTokens::prompt).toList();
  }

  /** Greedy continuations, as one number for each prompt, which is equal only if the tokens are. */
  @Override
  public Map<String, Double> measure() {
    ComputeType type = model.computeType();
    model.computeIn(ComputeType.FLOAT32); // in bfloat16 the most likely tokens tie
    List<List<long[]>> greedy;
    try (Sampler exact = new Sampler(model)) {
      greedy = exact.sample(prompts(0), new SamplingSpec(1, GREEDY_TOKENS, 0, 0, NO_STOP_TOKEN));
    }
    model.computeIn(type);
    Map<String, Double> values = new TreeMap<>();
    for (int prompt = 0; prompt < greedy.size(); prompt++) {
      long[] tokens = greedy.get(prompt).get(0);
      double sum = 0;
      for (int i = 0; i < tokens.length; i++) {
        sum += (i + 1.0) * tokens[i];
      }
      values.put("tokens_" + prompt, sum);
    }
    return values;
  }

  @Override
  public double step(int step) {
    sampler.sample(prompts(step), new SamplingSpec(samples, newTokens, 1, step, NO_STOP_TOKEN));
    return 0;
  }

  @Override
  public void close() {
    sampler.close();
    model.close();
  }
}
