package io.gdpo.benchmark.memory;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.platform.launch.JavaProgram;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import io.gdpo.platform.launch.LocalProcessLauncher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What jobs and evaluations said that they would need of memory, and what they took: real
 * processes, one after the other, started as the services start them, on a model of Qwen2.5-0.5B's
 * shape. Prints a table in Markdown.
 *
 * <p>Arguments: the checkout; then {@code --steps N} (50), {@code --threads N} (2), {@code --only
 * TEXT} (rows that contain it), {@code --layers N} and {@code --width N} (24 and 896; less is
 * quicker), {@code --tokens N} that an evaluation samples at most (64).
 */
public final class MemoryTable {
  private static final Pattern SAID = Pattern.compile("memory: about ([\\d,]+) MB");
  private static final Pattern TAKEN = Pattern.compile("peak ([\\d,]+) MB");
  private static final int SHARE = 64;

  private final WideVocabulary world;
  private final Path worker;
  private final Map<String, String> options;

  /**
   * What a process said that it would need, and what it took.
   *
   * @param said MB
   * @param taken MB
   */
  record Measured(long said, long taken) {}

  /** A row of the table: a loss, or {@code evaluation}. */
  record Case(String loss, String dtype, boolean lora, int batch) {
    boolean isEvaluation() {
      return loss.equals("evaluation");
    }

    String name() {
      return isEvaluation()
          ? loss
          : String.format(
              Locale.ROOT, "%s%s %s, batch %d", loss, lora ? " LoRA" : "", dtype, batch);
    }
  }

  /**
   * @param worker folder or class path of the worker ({@link JavaProgram#ofWorker})
   * @param options as of the command line
   */
  MemoryTable(WideVocabulary world, Path worker, Map<String, String> options) {
    this.world = world;
    this.worker = worker;
    this.options = options;
  }

  public static void main(String... args) throws IOException, InterruptedException {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 1; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    int width = number(options, "--width", 896);
    WideVocabulary world =
        new WideVocabulary(
            Path.of(args[0], "benchmarks", "target", "memory"),
            number(options, "--layers", 24),
            width,
            Math.max(2, width / SHARE / 2 * 2),
            width * 38 / 7,
            WideVocabulary.EXAMPLES);
    world.make();
    new MemoryTable(world, Path.of(args[0], "worker", "target"), options).print();
  }

  private static int number(Map<String, String> options, String name, int otherwise) {
    return Integer.parseInt(options.getOrDefault(name, Integer.toString(otherwise)));
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (int batch : List.of(1, 2, 4, 8)) {
      cases.add(new Case("sft", "float32", true, batch));
      cases.add(new Case("gdpo", "float32", true, batch));
      cases.add(new Case("gdpo", "bfloat16", true, batch));
    }
    cases.add(new Case("evaluation", "float32", false, 0));
    return cases;
  }

  private void print() throws IOException, InterruptedException {
    System.out.println("| job | said | taken | taken over said |\n| --- | --- | --- | --- |");
    for (Case row : cases()) {
      if (row.name().contains(options.getOrDefault("--only", ""))) {
        Measured measured = measure(row);
        System.out.printf(
            Locale.ROOT,
            "| %s | %,d MB | %,d MB | %+d %% |%n",
            row.name(),
            measured.said,
            measured.taken,
            Math.round(100.0 * measured.taken / measured.said - 100));
      }
    }
  }

  /** Runs the process of a row, to its end. */
  Measured measure(Case row) throws IOException, InterruptedException {
    String log = Files.readString(row.isEvaluation() ? evaluated(row) : trained(row));
    return new Measured(last(SAID, log, row), last(TAKEN, log, row));
  }

  private static long last(Pattern pattern, String log, Case row) {
    Matcher found = pattern.matcher(log);
    long value = 0;
    while (found.find()) {
      value = Long.parseLong(found.group(1).replace(",", ""));
    }
    if (value == 0) {
      throw new BenchmarkException(row.name() + " said nothing of its memory:\n" + log);
    }
    return value;
  }

  private Path trained(Case row) throws IOException, InterruptedException {
    int steps = number(options, "--steps", 50);
    Map<String, Object> training = new LinkedHashMap<>();
    training.put("loss", row.loss);
    training.put("batch_size", row.batch);
    training.put("epochs", (double) steps * row.batch / world.examples());
    training.put("eval_every", Integer.MAX_VALUE);
    training.put("compute_dtype", row.dtype);
    if (row.lora) {
      training.put("lora", Map.of());
    }
    Path folder = emptied(row);
    Map<String, Object> job = new LinkedHashMap<>();
    job.put("job_id", row.name());
    job.put("attempt", 1);
    job.put("dataset_uri", world.dataset().toUri().toString());
    job.put("model", Map.of("path", world.model().toString()));
    job.put("training", training);
    job.put("output_folder", folder.toUri().toString());
    job.put("threads", number(options, "--threads", 2));
    JsonNode json = Json.EVENTS.valueToTree(job);
    return run(row, folder, json, "train");
  }

  private Path evaluated(Case row) throws IOException, InterruptedException {
    String model = world.model().toUri().toString();
    Checkpoint checkpoint =
        new Checkpoint(
            "memory",
            "memory",
            "memory",
            "memory",
            "gdpo",
            CheckpointKind.BEST,
            1,
            model,
            model,
            world.dataset().toUri().toString(),
            world.folder().resolve("none").toUri().toString(),
            0.1,
            256,
            128);
    EvaluationTask task =
        new EvaluationTask(
            checkpoint, new EvaluationSpec(null, null, 8, number(options, "--tokens", 64), 0L));
    return run(row, emptied(row), Json.EVENTS.valueToTree(task), "evaluate");
  }

  private Path emptied(Case row) throws IOException {
    Path folder = world.folder().resolve("jobs").resolve(row.name().replaceAll("\\W+", "-"));
    AtomicFiles.delete(folder);
    return Files.createDirectories(folder);
  }

  private Path run(Case row, Path folder, JsonNode task, String verb)
      throws IOException, InterruptedException {
    Path request = folder.resolve("task.json");
    Files.write(request, Json.EVENTS.writeValueAsBytes(task));
    List<String> arguments = List.of(verb, "--job", request.toUri().toString());
    Path log = folder.resolve("log");
    CountDownLatch ended = new CountDownLatch(1);
    try (LocalProcessLauncher launcher =
        new LocalProcessLauncher(
            new LocalProcessLauncher.Settings(
                JavaProgram.ofWorker(worker), List.of("-Xmx1g", "-XX:+ExitOnOutOfMemoryError")))) {
      launcher.onExit(name -> ended.countDown());
      launcher.launch(
          new LaunchRequest(
              row.name(),
              arguments,
              log,
              LaunchRequest.Needs.ofProcessors(number(options, "--threads", 2))));
      ended.await();
      if (!launcher.status(row.name()).equals(new LaunchState.Ended(0))) {
        throw new BenchmarkException(
            row.name()
                + " failed:\n"
                + Files.readAllLines(log).stream().collect(Collectors.joining("\n")));
      }
    }
    return log;
  }
}
