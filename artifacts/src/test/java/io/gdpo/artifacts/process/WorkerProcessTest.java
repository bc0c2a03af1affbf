package io.gdpo.artifacts.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.WorkOutcome;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerProcessTest {
  @TempDir private Path folder;

  @Test
  void a_full_heap_is_told_with_what_it_was_to_do_and_the_setting_that_raises_it()
      throws IOException, InterruptedException {
    Path job = Files.writeString(folder.resolve("job.json"), "{}");
    Path log = folder.resolve("log");

    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Hoarding.class.getName(),
                "--job",
                job.toUri().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();

    assertThat(process.waitFor()).as(Files.readString(log)).isEqualTo(ExitCode.FAILED);
    WorkOutcome outcome =
        Json.EVENTS.readValue(folder.resolve(WorkOutcome.FILE).toFile(), WorkOutcome.class);
    assertThat(outcome.status()).isEqualTo(WorkOutcome.Status.FAILED);
    assertThat(outcome.reason())
        .matches("the Java heap of 2\\d MB was full while it was to hoard; raise .*")
        .contains("gdpo.launcher.heap (the variable GDPO_LAUNCHER_HEAP, as 4g)");
    assertThat(log).content().contains("OutOfMemoryError: Java heap space");
  }

  /** Keeps more than there is room for; told by another exception, as of another thread. */
  static final class Hoarding implements WorkerCommand<JsonNode> {
    public static void main(String... args) {
      System.exit(WorkerProcess.run(new Hoarding(), args));
    }

    @Override
    public String verb() {
      return "hoard";
    }

    @Override
    public Class<JsonNode> task() {
      return JsonNode.class;
    }

    @Override
    public Object run(
        JsonNode task, ArtifactStore store, BooleanSupplier stopAsked, PrintStream console) {
      List<long[]> kept = new ArrayList<>();
      try {
        while (!stopAsked.getAsBoolean()) {
          kept.add(new long[1 << 16]);
        }
      } catch (OutOfMemoryError e) {
        throw new IllegalStateException("a thread ended", e);
      }
      return kept.size();
    }

    @Override
    public boolean isRefusal(Throwable cause) {
      return false;
    }
  }
}
