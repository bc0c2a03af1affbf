package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.memory.AvailableMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A job's folder may lie in a store that is no file system, and may come from another version. */
class StoredElsewhereTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir private Path temporary;
  private SmallGroup group;
  private TrainingJob whole;

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
    whole = group.job("whole", Map.of("loss", "dpo", "checkpoint_every", 2));
    try (JobWorkspace workspace = JobWorkspace.in(group.folder(whole).root())) {
      assertThat(train(whole, workspace, () -> false)).isPresent();
    }
  }

  @Test
  void a_job_stores_what_it_makes_elsewhere_and_goes_on_from_there() throws IOException {
    URI elsewhere = URI.create("memory://" + UUID.randomUUID() + "/jobs/7");
    ArtifactStore store = Artifacts.at(elsewhere);

    AtomicInteger asked = new AtomicInteger();
    try (JobWorkspace workspace = JobWorkspace.open(elsewhere)) {
      assertThat(train(whole, workspace, () -> asked.incrementAndGet() > 3)).isEmpty();
    }
    TrainingResult result;
    try (JobWorkspace workspace = JobWorkspace.open(elsewhere)) {
      result = train(whole, workspace, () -> false).orElseThrow();
    }

    assertThat(URI.create(result.finalUri())).isEqualTo(store.uri("final"));
    assertThat(store.fetch(URI.create(result.finalUri())).resolve(WEIGHTS))
        .hasSameBinaryContentAs(group.folder(whole).last().resolve(WEIGHTS));
    assertThat(store.fetch(URI.create(result.bestUri())).resolve("config.json")).exists();
    assertThat(store.fetch(URI.create(result.referenceUri())).resolve(WEIGHTS)).exists();
    assertThat(steps(Pieces.at(store.uri(JobFolder.PROGRESS))))
        .isEqualTo(steps(Pieces.at(group.folder(whole).progress().toUri())));
  }

  @Test
  void low_rank_updates_that_lie_elsewhere_find_their_model_there() throws IOException {
    URI elsewhere = URI.create("memory://" + UUID.randomUUID() + "/jobs/7");
    ArtifactStore store = Artifacts.at(elsewhere);
    TrainingJob job =
        group.job("updates", Map.of("loss", "sft", "lora", Map.of("rank", 2), "epochs", 1));

    TrainingResult result;
    try (JobWorkspace workspace = JobWorkspace.open(elsewhere)) {
      result = train(job, workspace, () -> false).orElseThrow();
    }

    Path best = store.fetch(URI.create(result.bestUri()));
    assertThat(best.resolve("adapter_config.json")).content().contains("\"" + elsewhere + "/ref");
    assertThat(AdapterFolder.baseOf(best).orElseThrow().resolve(WEIGHTS)).isRegularFile();
    try (CausalLanguageModel model = CausalLanguageModel.load(best, Device.cpu())) {
      assertThat(model.isAdapted()).isTrue();
    }
  }

  @Test
  void a_job_that_an_earlier_version_began_keeps_what_it_told() throws IOException {
    TrainingJob job = group.job("job", Map.of("loss", "dpo", "checkpoint_every", 2));
    JobFolder folder = group.folder(job);
    AtomicInteger asked = new AtomicInteger();
    try (JobWorkspace workspace = JobWorkspace.in(folder.root())) {
      assertThat(train(job, workspace, () -> asked.incrementAndGet() > 3)).isEmpty();
    }
    StringBuilder earlier = new StringBuilder();
    Pieces pieces = Pieces.at(folder.progress().toUri());
    pieces.numbersAfter(0).forEach(number -> earlier.append(pieces.read(number).text()));
    AtomicFiles.delete(folder.progress());
    Files.writeString(
        folder.progressOfEarlierVersion(), earlier + "{\"phase\":\"train\",\"step\":99}\n{\"to");

    try (JobWorkspace workspace = JobWorkspace.in(folder.root())) {
      assertThat(train(job, workspace, () -> false)).isPresent();
    }

    assertThat(steps(pieces)).isEqualTo(steps(Pieces.at(group.folder(whole).progress().toUri())));
    assertThat(folder.progressOfEarlierVersion()).doesNotExist();
  }

  private static Optional<TrainingResult> train(
      TrainingJob job, JobWorkspace workspace, BooleanSupplier stop) throws IOException {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new TrainingRun(job, workspace, nowhere, stop, AvailableMemory.ofMachine()).run();
  }

  private static List<String> steps(Pieces pieces) throws IOException {
    List<TrainingProgress> lines = new ArrayList<>();
    for (long number : pieces.numbersAfter(0)) {
      for (String line : pieces.read(number).lines()) {
        lines.add(Json.EVENTS.readValue(line, TrainingProgress.class));
      }
    }
    return TrainingProgress.history(lines).stream()
        .map(line -> line.phase() + " " + line.step())
        .toList();
  }
}
