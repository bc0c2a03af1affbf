package io.gdpo.benchmark.gpu;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.testmodels.TinyWorld;
import io.gdpo.worker.Worker;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Jobs of every loss and an evaluation, each by a worker of its own as services start it, once on
 * the CPU and once on the GPU: what they tell must be the same.
 */
final class JobCheck {
  /** Of a loss, relative: of float32 sums in another order, over some steps. */
  private static final double LOSS = 1e-4;

  private static final double METRIC = 1e-4;

  private final String device;
  private final Findings findings;
  private final TinyWorld world;
  private final Path folder;

  JobCheck(String device, Findings findings, Path folder) throws IOException {
    this.device = device;
    this.findings = findings;
    this.folder = folder;
    this.world = TinyWorld.in(Files.createDirectories(folder.resolve("world")));
  }

  void run() throws IOException {
    for (Loss loss : List.of(Loss.SFT, Loss.DPO, Loss.GDPO, Loss.KTO)) {
      findings.add(
          "job of " + loss.label() + ": best loss",
          relative(trained(loss, "cpu", Map.of()), trained(loss, device, Map.of())),
          LOSS);
    }
    Map<String, Object> lora = Map.of("lora", Map.of());
    findings.add(
        "job of gdpo, low-rank updates: best loss",
        relative(trained(Loss.GDPO, "cpu", lora), trained(Loss.GDPO, device, lora)),
        LOSS);
    JsonNode onCpu = evaluated("cpu");
    JsonNode onGpu = evaluated(device);
    double most = 0;
    for (Map.Entry<String, JsonNode> metric : onCpu.properties()) {
      most =
          Math.max(
              most,
              Math.abs(
                  metric.getValue().asDouble() - onGpu.path(metric.getKey()).asDouble(Double.NaN)));
    }
    findings.add("evaluation: metrics", most, METRIC);
  }

  private double trained(Loss loss, String on, Map<String, Object> further) throws IOException {
    String name = loss.label() + (further.isEmpty() ? "" : "-further") + "-" + on.replace(':', '-');
    Map<String, Object> fields = new HashMap<>(further);
    fields.put("loss", loss.label());
    fields.put("device", on);
    fields.put("batch_size", 8);
    fields.put("epochs", 3);
    fields.put("learning_rate", 1e-3);
    fields.put("warmup_steps", 1);
    Path jobFolder = Files.createDirectories(folder.resolve(name));
    TrainingJob job =
        new TrainingJob(
            name,
            "gpu",
            loss.label(),
            1,
            3,
            world.dataset().toUri().toString(),
            null,
            world.policy().toUri().toString(),
            world.reference().toUri().toString(),
            Json.SPECS.convertValue(fields, TrainingSpec.class),
            jobFolder.toUri().toString(),
            null,
            null);
    return worked("train", jobFolder, job, on).get("best_metric").asDouble();
  }

  private JsonNode evaluated(String on) throws IOException {
    Path jobFolder = Files.createDirectories(folder.resolve("evaluation-" + on.replace(':', '-')));
    return worked(
            "evaluate",
            jobFolder,
            new EvaluationTask(world.checkpoint("gpu", "gpu"), TinyWorld.SPEC),
            on)
        .get("metrics");
  }

  private static JsonNode worked(String verb, Path jobFolder, Object job, String on)
      throws IOException {
    Path file = new JobFolder(jobFolder).root().resolve("job.json");
    Json.EVENTS.writeValue(file.toFile(), job);
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElse("java"));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> option.startsWith("-D"))
        .forEach(command::add);
    command.addAll(
        List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), Worker.class.getName()));
    command.addAll(List.of(verb, "--job", file.toUri().toString()));
    Path log = jobFolder.resolve("worker.log");
    ProcessBuilder worker =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
    worker.environment().put("GDPO_DEVICE", on);
    int code = worker.start().onExit().join().exitValue();
    Path outcome = jobFolder.resolve(WorkOutcome.FILE);
    if (code != 0 || !Files.exists(outcome)) {
      throw new BenchmarkException(
          "worker %s on %s ended with code %s:%n%s"
              .formatted(verb, on, Integer.toString(code), Files.readString(log)));
    }
    return Json.EVENTS.readValue(outcome.toFile(), WorkOutcome.class).result();
  }

  private static double relative(double expected, double actual) {
    return Math.abs(actual - expected) / Math.abs(expected);
  }
}
