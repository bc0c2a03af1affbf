package io.gdpo.testmodels;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.contracts.state.Phase;
import io.gdpo.data.PreferenceDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A group small enough for tests that really train: a few questions, two or three options, a
 * byte-level tokenizer, and a model of some ten thousand weights.
 */
public record SmallGroup(Path folder) {
  private static final int EXAMPLES = 24;
  private static final List<String> TOPICS = List.of("tea", "rain", "cats", "long winter walks");

  /** Writes the dataset and the tokenizer. */
  public static SmallGroup in(Path folder) throws IOException {
    SmallGroup group = new SmallGroup(folder);
    Files.createDirectories(group.dataset());
    Files.writeString(group.tokenizer(), tokenizerJson());
    new PreferenceDataset(examples(EXAMPLES, 1), examples(8, 2), examples(4, 3))
        .write(group.dataset());
    return group;
  }

  /** The same responses as pairs that tell no beliefs. */
  public SmallGroup withoutBeliefs() {
    new PreferenceDataset(pairs(EXAMPLES, 1), pairs(8, 2), pairs(4, 3)).write(dataset());
    return this;
  }

  /** The same as reviews: the belief is a rating, and no option stands behind it. */
  public SmallGroup reviews() {
    new PreferenceDataset(reviews(EXAMPLES, 1), reviews(8, 2), reviews(4, 3)).write(dataset());
    return this;
  }

  private static List<PreferenceExample> reviews(int count, long seed) {
    return examples(count, seed).stream()
        .map(
            it ->
                PreferenceExample.ofOpinion(
                    it.questionId(),
                    "review",
                    it.prompt(),
                    "",
                    List.of(),
                    it.opinion().chosen().number(),
                    "",
                    it.chosen(),
                    it.opinion().rejected().number(),
                    "",
                    it.rejected(),
                    it.opinion().probabilities(),
                    it.opinion().majority()))
        .toList();
  }

  /** The same responses, the two of a pair side by side, each judged by itself. */
  public SmallGroup judged() {
    new PreferenceDataset(judged(EXAMPLES, 1), judged(8, 2), judged(4, 3)).write(dataset());
    return this;
  }

  private static List<PreferenceExample> judged(int count, long seed) {
    return examples(count, seed).stream()
        .flatMap(
            it ->
                Stream.of(
                    PreferenceExample.ofJudged(it.prompt(), "unpaired", it.chosen(), true, ""),
                    PreferenceExample.ofJudged(it.prompt(), "unpaired", it.rejected(), false, "")))
        .toList();
  }

  private static List<PreferenceExample> pairs(int count, long seed) {
    return examples(count, seed).stream()
        .map(it -> PreferenceExample.ofPair(it.prompt(), "pairs", it.chosen(), it.rejected(), ""))
        .toList();
  }

  public Path dataset() {
    return folder.resolve("dataset");
  }

  public Path tokenizer() {
    return folder.resolve("tokenizer.json");
  }

  /** A job on this group that starts from fresh weights. */
  public TrainingJob job(String name, Map<String, Object> training) {
    return job(
        name,
        training,
        new ModelSpec(null, null, new RandomInit(tokenizer().toString(), 2, 16, 2, 96, 7L)));
  }

  /** A job on this group that starts from a model of the experiment's. */
  public TrainingJob job(String name, Map<String, Object> training, ModelSpec model) {
    return job(name, training, model, null);
  }

  /** A job on this group that starts from, and compares with, another job's model. */
  public TrainingJob child(String name, Path parentModel, Map<String, Object> training) {
    return job(name, training, null, parentModel.toUri().toString());
  }

  private TrainingJob job(
      String name, Map<String, Object> training, ModelSpec model, String parent) {
    Map<String, Object> fields = new HashMap<>();
    fields.put("learning_rate", 1e-2);
    fields.put("batch_size", 8);
    fields.put("warmup_steps", 2);
    fields.put("epochs", 2);
    fields.putAll(training);
    TrainingSpec spec = Json.SPECS.convertValue(fields, TrainingSpec.class);
    return new TrainingJob(
        name,
        "small",
        name,
        1,
        0,
        dataset().toUri().toString(),
        model,
        parent,
        null,
        spec,
        folder.resolve("jobs").resolve(name).toUri().toString(),
        folder.resolve("reference-log-probs").toUri().toString(),
        2);
  }

  public JobFolder folder(TrainingJob job) {
    return new JobFolder(folder.resolve("jobs").resolve(job.jobId()));
  }

  /** The metrics of a job's lines of one phase, in order. */
  public List<Map<String, Double>> metrics(TrainingJob job, Phase phase) throws IOException {
    return progress(job).stream()
        .filter(line -> line.phase() == phase)
        .map(TrainingProgress::metrics)
        .toList();
  }

  /** What a job's attempts have told by now, as if none had been interrupted. */
  public List<TrainingProgress> progress(TrainingJob job) throws IOException {
    Path pieces = folder(job).progress();
    List<TrainingProgress> lines = new ArrayList<>();
    if (Files.isDirectory(pieces)) {
      try (Stream<Path> files = Files.list(pieces)) {
        for (Path piece :
            files.filter(file -> file.toString().endsWith(".jsonl")).sorted().toList()) {
          for (String line : Files.readAllLines(piece)) {
            lines.add(Json.EVENTS.readValue(line, TrainingProgress.class));
          }
        }
      }
    }
    return TrainingProgress.history(lines);
  }

  public static List<PreferenceExample> examples(int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<PreferenceExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int topic = random.nextInt(TOPICS.size());
      boolean yes = i % 4 < 3;
      String praise = "I like " + TOPICS.get(topic);
      String blame = random.nextBoolean() ? "No > maybe" : "Not at all";
      examples.add(
          PreferenceExample.ofOpinion(
              "q" + topic,
              "style-1",
              TOPICS.get(topic) + "?",
              "",
              List.of("Good", "Bad", "Unsure"),
              yes ? 4 : 1,
              yes ? "Good" : "Bad",
              yes ? praise : blame,
              yes ? 1 : 4,
              yes ? "Bad" : "Good",
              yes ? blame : praise,
              List.of(0.0, 0.25, 0.0, 0.0, 0.75, 0.0),
              yes));
    }
    return examples;
  }

  /** One token for each byte: GPT-2's alphabet without merges, EOS first. */
  private static String tokenizerJson() {
    ObjectMapper json = new ObjectMapper();
    ObjectNode root = json.createObjectNode().put("version", "1.0");
    root.putArray("added_tokens")
        .addObject()
        .put("id", 0)
        .put("content", "<|endoftext|>")
        .put("single_word", false)
        .put("lstrip", false)
        .put("rstrip", false)
        .put("normalized", false)
        .put("special", true);
    ObjectNode bytes =
        json.createObjectNode()
            .put("type", "ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", false)
            .put("use_regex", false);
    root.putNull("truncation").putNull("padding").putNull("normalizer").putNull("post_processor");
    root.set("pre_tokenizer", bytes);
    root.set("decoder", bytes.deepCopy());
    ObjectNode model = root.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab").put("<|endoftext|>", 0);
    int unprintable = 0;
    for (int b = 0; b < 256; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
      vocabulary.put(String.valueOf((char) (printable ? b : 256 + unprintable++)), b + 1);
    }
    model.putArray("merges");
    return root.toString();
  }
}
