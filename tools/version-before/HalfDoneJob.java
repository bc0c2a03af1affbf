package io.gdpo.trainer.train;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.contracts.spec.TrainingSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * Has the version before train a tiny model twice by each loss: to the end, and to its fourth step
 * of six. Runs on that version's classes and test classes, see make_fixtures.sh. All paths are
 * relative, for a run knows a fresh model by its tokenizer's path.
 */
final class HalfDoneJob {
  private HalfDoneJob() {}

  /**
   * @param args the folder to fill, and losses
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    SmallGroup.in(folder);
    for (int i = 1; i < args.length; i++) {
      run(job(folder, args[i], "whole"), () -> false);
      AtomicInteger asked = new AtomicInteger();
      run(job(folder, args[i], "half-done"), () -> asked.incrementAndGet() > 4);
    }
  }

  private static TrainingJob job(Path folder, String loss, String name) {
    return new TrainingJob(
        loss + "-" + name,
        "small",
        loss,
        1,
        0,
        folder.resolve("dataset").toString(),
        new ModelSpec(
            null,
            null,
            new RandomInit(folder.resolve("tokenizer.json").toString(), 1, 4, 2, 96, 7L)),
        null,
        null,
        Json.SPECS.convertValue(
            Map.of(
                "loss",
                loss,
                "learning_rate",
                1e-2,
                "batch_size",
                8,
                "warmup_steps",
                2,
                "epochs",
                2,
                "checkpoint_every",
                4),
            TrainingSpec.class),
        folder.resolve(loss + "-" + name).toString(),
        null,
        "localhost:9092",
        2);
  }

  private static void run(TrainingJob job, BooleanSupplier stop) throws IOException {
    JobFolder folder = new JobFolder(Path.of(job.outputFolder()));
    Files.createDirectories(folder.root());
    Files.write(
        folder.job(), Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(job));
    Optional<TrainingResult> result =
        new TrainingRun(job, folder, System.out, line -> {}, stop, AvailableMemory.ofMachine())
            .run();
    if (result.isPresent()) {
      Files.write(
          folder.result(),
          Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(result.get()));
    }
  }
}
