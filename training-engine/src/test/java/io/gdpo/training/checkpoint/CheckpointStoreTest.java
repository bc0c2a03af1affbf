package io.gdpo.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.Device;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.OptimizerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {
  @TempDir private Path folder;
  private final List<String> log = new ArrayList<>();
  private SmallGroup group;
  private CausalLanguageModel model;
  private Optimizer optimizer;

  @BeforeEach
  void open() throws IOException {
    group = SmallGroup.in(folder);
    model = CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 32, 2, 2), 3, Device.cpu());
    optimizer =
        new Optimizer(
            new OptimizerSpec.RmsProp(0, 1, true),
            model.parameters().byName(),
            model.parameters().manager());
  }

  private void write(Path target) throws IOException {
    model.save(target, group.tokenizer());
  }

  @AfterEach
  void close() {
    optimizer.close();
    model.close();
  }

  @Test
  void the_newest_of_the_last_two_is_resumed_from() throws IOException {
    CheckpointStore store = store(folder.resolve("checkpoints"));
    assertThat(store.latest()).isEmpty();

    for (int step : new int[] {9, 10, 11}) {
      store.save(state(step), this::write, optimizer::save);
    }

    assertThat(store.latest().orElseThrow().state().step()).isEqualTo(11);
    assertThat(names(store.folder())).containsExactlyInAnyOrder("step-10", "step-11");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2, Integer.MAX_VALUE})
  void as_many_checkpoints_as_asked_for_stay_besides_the_latest(int keep) throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    Files.createDirectories(checkpoints.resolve("mine"));
    CheckpointStore store = new CheckpointStore(checkpoints, keep, log::add);

    for (int step : new int[] {1, 2, 10, 9}) {
      store.save(state(step), this::write, optimizer::save);
    }

    List<String> newestFirst = List.of("step-10", "step-9", "step-2", "step-1");
    assertThat(names(checkpoints))
        .as("and what is no checkpoint is not touched")
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(Stream.of("mine"), newestFirst.stream().limit(1L + keep)).toList());
  }

  @Test
  void a_missing_short_changed_or_unreadable_file_makes_a_checkpoint_worthless()
      throws IOException {
    CheckpointStore store = store(folder.resolve("checkpoints"));
    store.save(state(1), this::write, optimizer::save);
    store.save(state(2), this::write, optimizer::save);
    Path newest = store.folder().resolve("step-2");
    Path weights = newest.resolve("model.safetensors");
    byte[] content = Files.readAllBytes(weights);

    content[content.length - 1] ^= 1;
    Files.write(weights, content);
    assertThat(store.latest().orElseThrow().state().step()).isEqualTo(1);
    Files.delete(weights);
    assertThat(store.latest().orElseThrow().state().step()).isEqualTo(1);
    Files.writeString(newest.resolve("state.json"), "{\"step\": 2");
    assertThat(store.latest().orElseThrow().state().step()).isEqualTo(1);

    assertThat(log)
        .satisfiesExactly(
            line -> assertThat(line).contains("model.safetensors has another checksum"),
            line -> assertThat(line).contains("model.safetensors is missing"),
            line -> assertThat(line).contains("state.json is not readable"));
  }

  /** On a real full disk: a file system of 2 MB, where this process may mount one. */
  @Test
  void a_full_disk_is_told_with_the_path_and_earlier_checkpoints_stay() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk.toString()),
        "mounting a small file system needs root");
    try {
      CheckpointStore store = store(disk.resolve("checkpoints"));
      store.save(state(1), this::write, optimizer::save);
      long room = Files.getFileStore(disk).getUsableSpace();
      Files.write(disk.resolve("ballast"), new byte[(int) room - 100_000]);

      assertThatThrownBy(() -> store.save(state(2), this::write, optimizer::save))
          .isInstanceOf(TrainingFailedException.class)
          .hasMessageContaining(
              "could not write the checkpoint " + store.folder().resolve("step-2"))
          .hasMessageContaining("No space left on device")
          .hasMessageContaining("earlier checkpoints are intact");

      assertThat(names(store.folder())).containsExactly("step-1");
      assertThat(store.latest().orElseThrow().state().step()).isEqualTo(1);
    } finally {
      run("umount", disk.toString());
    }
  }

  @Test
  void a_folder_whose_replacement_was_cut_off_is_put_back() throws IOException {
    Path best = folder.resolve("best");
    Files.createDirectories(folder.resolve(".best.old"));
    Files.writeString(folder.resolve(".best.old/model"), "old");

    AtomicFiles.recover(best);

    assertThat(best.resolve("model")).hasContent("old");
    assertThatThrownBy(
            () ->
                AtomicFiles.replace(
                    best,
                    temporary -> {
                      Files.createDirectory(temporary);
                      throw new IOException("power cut");
                    }))
        .hasMessage("power cut");
    assertThat(best.resolve("model")).hasContent("old");
    assertThat(names(folder)).doesNotContain(".best.tmp", ".best.old");
  }

  private CheckpointStore store(Path at) {
    return new CheckpointStore(at, 1, log::add);
  }

  private static TrainingState state(long step) {
    TrainingState start = TrainingState.start("run", 0);
    return new TrainingState(
        start.run(), 0, step, step * 8, ModelSelection.NONE, false, 0, 0, null, start.files());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(p -> p.getFileName().toString()).toList();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
