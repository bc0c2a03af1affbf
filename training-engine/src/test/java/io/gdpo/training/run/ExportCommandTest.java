package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.export.ExportCommand;
import io.gdpo.training.memory.AvailableMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports of what training really leaves in jobs' folders. */
class ExportCommandTest {
  private static final long[] TOKENS = {3, 41, 59, 26, 5};

  @TempDir private static Path trained;
  private static SmallGroup group;
  private static Path published;
  private static Path gdpo;

  @TempDir private Path temporary;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  @BeforeAll
  static void trainOneAdapterOnAnother() throws IOException {
    group = SmallGroup.in(trained);
    published = trained.resolve("published");
    copy(best(group.job("pretraining", Map.of("loss", "sft"))), published);
    TrainingJob sft =
        group.job(
            "sft",
            Map.of("loss", "sft", "lora", Map.of("rank", 2)),
            new ModelSpec(null, published.toString(), null));
    gdpo =
        best(
            group.child(
                "gdpo", best(sft), Map.of("loss", "gdpo", "lora", Map.of("rank", 3, "alpha", 5))));
  }

  @Test
  void an_adapter_on_an_adapter_is_exported_for_the_published_model() throws IOException {
    float[] trained = logits(gdpo);
    Path whole = temporary.resolve("whole");
    Path adapter = Files.createDirectory(temporary.resolve("adapter"));

    assertThat(export(gdpo, whole)).as(said.toString(StandardCharsets.UTF_8)).isZero();
    assertThat(export(gdpo, adapter, "--adapter")).isZero();

    assertThat(logits(whole)).usingComparatorWithPrecision(1e-5f).containsExactly(trained);
    assertThat(logits(adapter)).usingComparatorWithPrecision(1e-5f).containsExactly(trained);
    JsonNode config = Json.EVENTS.readTree(adapter.resolve("adapter_config.json").toFile());
    assertThat(config.path("base_model_name_or_path").asText()).isEqualTo(published.toString());
    assertThat(config.path("r").asInt()).isEqualTo(5);
    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("one adapter for " + published + ", of 2 trained on it");
    try (Stream<Path> left = Files.list(temporary)) {
      assertThat(left.map(file -> file.getFileName().toString())).noneMatch(n -> n.startsWith("."));
    }
  }

  @Test
  void jobs_that_were_moved_together_are_still_joined() throws IOException {
    Path jobs = trained.resolve("jobs");
    Path moved = Files.move(jobs, trained.resolve("moved"));
    try {
      assertThat(export(moved.resolve("gdpo/best"), temporary.resolve("adapter"), "--adapter"))
          .as(said.toString(StandardCharsets.UTF_8))
          .isZero();
    } finally {
      Files.move(moved, jobs);
    }
    assertThat(said.toString(StandardCharsets.UTF_8)).contains("of 2 trained on it");
  }

  @Test
  void without_the_parent_only_a_whole_model_is_exported() throws IOException {
    Path sft = trained.resolve("jobs/sft");
    Files.move(sft, trained.resolve("gone"));
    try {
      assertThat(export(gdpo, temporary.resolve("adapter"), "--adapter"))
          .isEqualTo(ExportCommand.REFUSED);
      assertThat(said.toString(StandardCharsets.UTF_8)).contains("sft").contains("which is gone");
      assertThat(export(gdpo, temporary.resolve("whole"))).isZero();
    } finally {
      Files.move(trained.resolve("gone"), sft);
    }
  }

  @Test
  void a_folder_that_holds_something_is_left_as_it_is() throws IOException {
    assertThat(export(gdpo, published)).isEqualTo(ExportCommand.REFUSED);
    assertThat(said.toString(StandardCharsets.UTF_8)).contains(published + " is not empty");
    assertThat(export(temporary.resolve("nowhere"), temporary.resolve("out")))
        .isEqualTo(ExportCommand.REFUSED);
    assertThat(temporary.resolve("out")).doesNotExist();
    assertThat(export(gdpo, temporary.resolve("out"), "--adaptor")).isEqualTo(ExportCommand.USAGE);
  }

  private int export(Path model, Path to, String... options) {
    String[] args =
        Stream.concat(Stream.of(model.toString(), to.toString()), Stream.of(options))
            .toArray(String[]::new);
    PrintStream console = new PrintStream(said, true, StandardCharsets.UTF_8);
    return ExportCommand.run(console, console, args);
  }

  /** Trains, as the service has a process do it. */
  private static Path best(TrainingJob job) throws IOException {
    JobFolder folder = group.folder(job);
    Files.createDirectories(folder.root());
    Files.write(folder.job(), Json.EVENTS.writeValueAsBytes(job));
    PrintStream console = new PrintStream(OutputStream.nullOutputStream());
    TrainingResult result =
        new TrainingRun(
                job,
                JobWorkspace.in(folder.root()),
                console,
                () -> false,
                AvailableMemory.ofMachine())
            .run()
            .orElseThrow();
    return Path.of(URI.create(result.bestUri()));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static float[] logits(Path folder) throws IOException {
    try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu());
        NDManager step = model.parameters().manager().newSubManager()) {
      return model
          .forward(step, TokenBatch.ofSequences(List.of(TOKENS)))
          .logits(new long[] {0, 1, 2, 3, 4})
          .toFloatArray();
    }
  }
}
