package io.gdpo.evaluation.measure;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.evaluation.metric.Metrics;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.evaluation.observation.PairObservation;
import io.gdpo.evaluation.observation.Question;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.memory.GpuMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.SharedVocabulary;
import io.gdpo.lm.sampling.Sampler;
import io.gdpo.lm.sampling.SamplingSpec;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Measures one checkpoint on one split: asks the model every prompt for its belief, by
 * probabilities and by samples, and every preference pair for its margin against the reference
 * model.
 */
final class CheckpointEvaluation {
  private static final long MOST_ROWS = 256;
  private static final long CACHE_BYTES = 256L << 20;
  private static final long MOST_ROWS_ON_GPU = 1024;

  /** Keys and values take so little of what is free: its eighth. */
  private static final long CACHE_OF_GPU = 8;

  /** What the policy is asked of each pair. */
  private static final List<Function<EncodedExample, long[]>> WANTED =
      List.of(
          EncodedExample::chosen, EncodedExample::rejected, EncodedExample::rejectedUnderBelief);

  private final ArtifactStore artifacts;
  private final Progress progress;
  private final Device device;
  private final Memory memory;

  /** Lets an evaluation begin when there is memory for it. */
  @FunctionalInterface
  interface Memory {
    /**
     * Waits until there is enough, which is this process's from then on.
     *
     * @throws IllegalArgumentException if there can never be
     */
    void claim(String who, Device device, MemoryEstimate estimate);
  }

  CheckpointEvaluation(ArtifactStore artifacts, Progress progress, Device device, Memory memory) {
    this.artifacts = artifacts;
    this.progress = progress;
    this.device = device;
    this.memory = memory;
  }

  EvaluationResult measure(Checkpoint checkpoint, EvaluationSpec spec) throws IOException {
    PreferenceDataset dataset =
        PreferenceDataset.read(artifacts.fetch(URI.create(checkpoint.datasetUri())));
    List<PreferenceExample> split = dataset.of(spec.split().split());
    boolean beliefs = split.get(0).hasBeliefs();
    List<Question> questions = beliefs ? Question.of(split) : List.of();
    List<PreferenceExample> prompts =
        questions.stream()
            .flatMap(question -> question.byPrompt().values().stream())
            .map(examples -> examples.get(0))
            .toList();
    progress.say(
        String.format(
            Locale.ROOT,
            "checkpoint %s on %s: %d questions, %d prompts, %d examples%s",
            checkpoint.id(),
            spec.split().label(),
            questions.size(),
            prompts.size(),
            split.size(),
            beliefs ? "" : "; they tell no beliefs, so nothing is sampled"));

    Path policy = artifacts.fetch(URI.create(checkpoint.modelUri()));
    List<PreferenceExample> inQuestionOrder =
        beliefs
            ? questions.stream().flatMap(question -> question.examples().stream()).toList()
            : split;
    List<SampledPrompt> sampledPrompts;
    List<EncodedExample> pairs;
    ResponseScorer.Scores byPolicy;
    try (Tokenizer tokenizer = Tokenizer.load(policy)) {
      if (checkpoint.referenceUri() != null) {
        SharedVocabulary.requireOfReference(
            artifacts.fetch(URI.create(checkpoint.referenceUri())), tokenizer);
      }
      ExampleEncoder encoder =
          new ExampleEncoder(tokenizer, checkpoint.maxLength(), checkpoint.maxPromptLength());
      List<long[]> encodedPrompts = prompts.stream().map(encoder::encodePrompt).toList();
      pairs = inQuestionOrder.stream().map(encoder::encode).toList();
      memory.claim(checkpoint.id(), device, estimate(checkpoint, encodedPrompts, pairs, spec));
      try (CausalLanguageModel model = CausalLanguageModel.load(policy, device)) {
        model.requireEmbeds(tokenizer);
        sampledPrompts =
            beliefs ? observe(model, tokenizer, encoder, encodedPrompts, spec) : List.of();
        byPolicy = new ResponseScorer(model).score(pairs, WANTED, "responses", progress);
      }
    }
    return scored(
        checkpoint,
        spec,
        dataset,
        questions,
        sampledPrompts,
        new ScoredExamples(inQuestionOrder, pairs, byPolicy, byReference(checkpoint, pairs)));
  }

  private MemoryEstimate estimate(
      Checkpoint checkpoint, List<long[]> prompts, List<EncodedExample> pairs, EvaluationSpec spec)
      throws IOException {
    ModelConfig policy = config(checkpoint.modelUri());
    long longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    PassSizes sizes = PassSizes.of(device);
    return EvaluationMemory.estimate(
        policy,
        checkpoint.referenceUri() == null
            ? Optional.empty()
            : Optional.of(config(checkpoint.referenceUri())),
        BeliefReader.size(prompts, BeliefClass.COUNT, sizes),
        ResponseScorer.sizes(pairs, WANTED, sizes),
        Math.min(rowsAtOnce(policy, prompts, spec), (long) prompts.size() * spec.samples()),
        longest,
        Math.min(policy.positions(), longest + spec.maxNewTokens()),
        sizes);
  }

  private ModelConfig config(String uri) throws IOException {
    Path folder = artifacts.fetch(URI.create(uri));
    return ModelConfig.load(AdapterFolder.baseOf(folder).orElse(folder));
  }

  private List<SampledPrompt> observe(
      CausalLanguageModel model,
      Tokenizer tokenizer,
      ExampleEncoder encoder,
      List<long[]> prompts,
      EvaluationSpec spec) {
    List<BeliefReading> beliefs =
        new BeliefReader(model, encoder.beliefTokenIds()).read(prompts, progress);
    progress.say(
        "sampling " + spec.samples() + " responses to each of " + prompts.size() + " prompts");
    List<List<long[]>> samples;
    int answers = prompts.size() * spec.samples();
    try (Sampler sampler = new Sampler(model, rowsAtOnce(model.config(), prompts, spec))) {
      samples =
          sampler.sample(
              prompts,
              new SamplingSpec(
                  spec.samples(),
                  spec.maxNewTokens(),
                  spec.temperature(),
                  spec.topK(),
                  spec.topP(),
                  spec.seed(),
                  List.of(encoder.eosTokenId())),
              ended -> progress.report("samples", ended, answers, "answers"));
    }
    progress.say("sampled");
    List<SampledPrompt> observations = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      List<String> texts = samples.get(p).stream().map(tokenizer::decode).toList();
      observations.add(new SampledPrompt(beliefs.get(p), texts));
    }
    return observations;
  }

  /** As many continuations at once as their keys and values fit the memory set aside for them. */
  private int rowsAtOnce(ModelConfig model, List<long[]> prompts, EvaluationSpec spec) {
    long longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    long keysAndValues =
        2L * model.layers() * model.keyValueHeads() * model.headWidth() * Float.BYTES;
    long bytesOfRow = keysAndValues * (longest + spec.maxNewTokens());
    long most = device.isGpu() ? MOST_ROWS_ON_GPU : MOST_ROWS;
    long bytes = device.isGpu() ? GpuMemory.free(device) / CACHE_OF_GPU : CACHE_BYTES;
    return (int) Math.max(1, Math.min(most, bytes / bytesOfRow));
  }

  private Optional<ResponseScorer.Scores> byReference(
      Checkpoint checkpoint, List<EncodedExample> pairs) throws IOException {
    if (checkpoint.referenceUri() == null) {
      return Optional.empty();
    }
    Path folder = artifacts.fetch(URI.create(checkpoint.referenceUri()));
    try (CausalLanguageModel reference = CausalLanguageModel.load(folder, device)) {
      // In the policy's rows, so that both round alike and a model is no better than itself.
      return Optional.of(
          new ResponseScorer(reference)
              .score(pairs, WANTED, "responses by the reference", progress));
    }
  }

  private EvaluationResult scored(
      Checkpoint checkpoint,
      EvaluationSpec spec,
      PreferenceDataset dataset,
      List<Question> questions,
      List<SampledPrompt> prompts,
      ScoredExamples examples) {
    List<QuestionResult> results =
        questions.isEmpty()
            ? List.of()
            : results(checkpoint, spec, dataset, questions, prompts, examples.pairs());
    return new EvaluationResult(
        checkpoint,
        spec,
        Instant.now(),
        progress.seconds(),
        prompts.size(),
        prompts.stream().mapToInt(p -> p.samples().size()).sum(),
        examples.count(),
        results.isEmpty()
            ? examples.metrics(checkpoint.beta())
            : Metrics.means(results.stream().map(QuestionResult::metrics).toList()),
        results);
  }

  private static List<QuestionResult> results(
      Checkpoint checkpoint,
      EvaluationSpec spec,
      PreferenceDataset dataset,
      List<Question> questions,
      List<SampledPrompt> prompts,
      List<PairObservation> pairs) {
    List<PreferenceExample> allSplits =
        Stream.of(Split.values()).flatMap(split -> dataset.of(split).stream()).toList();
    QuestionScorer scorer =
        new QuestionScorer(allSplits, dataset.train(), checkpoint.beta(), spec.seed());
    List<QuestionResult> results = new ArrayList<>();
    int prompt = 0;
    int pair = 0;
    for (Question question : questions) {
      int promptsEnd = prompt + question.byPrompt().size();
      int pairsEnd = pair + question.examples().size();
      results.add(
          scorer.score(
              question, prompts.subList(prompt, promptsEnd), pairs.subList(pair, pairsEnd)));
      prompt = promptsEnd;
      pair = pairsEnd;
    }
    return results;
  }
}
