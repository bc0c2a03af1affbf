package io.gdpo.lm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuPoolTest {
  private static final List<String> BOTH = List.of("GPU 0", "GPU 1");

  @TempDir private Path folder;
  private final List<String> said = new ArrayList<>();

  @Test
  void each_gets_a_gpu_of_its_own_and_who_finds_none_waits_until_one_is_given_back() {
    GpuPool pool = new GpuPool(folder.resolve("made"));
    GpuPool.Taken first = take(pool, BOTH, "job one");
    GpuPool.Taken second = take(pool, BOTH, "evaluation two");
    assertThat(List.of(first.gpu(), second.gpu())).isEqualTo(BOTH);

    Optional<GpuPool.Taken> third =
        pool.take(
            BOTH,
            "job three",
            said::add,
            () -> {
              second.close();
              return false;
            });

    assertThat(third).map(GpuPool.Taken::gpu).hasValue("GPU 1");
    assertThat(said)
        .containsExactly(
            "waits for a GPU: GPU 0 is taken by job one, GPU 1 is taken by evaluation two");
  }

  @Test
  void who_asks_for_one_waits_for_that_one_and_may_give_up() {
    GpuPool pool = new GpuPool(folder);
    try (GpuPool.Taken first = take(pool, List.of("GPU 1"), "job")) {
      assertThat(pool.take(List.of("GPU 1"), "other", said::add, () -> true)).isEmpty();
      assertThat(said).containsExactly("waits for a GPU: GPU 1 is taken by job");
      assertThat(take(pool, List.of("GPU 0"), "other").gpu()).isEqualTo("GPU 0");
    }
  }

  /**
   * Closing a file that a process has locked gives its lock back, whichever of its openings it is.
   */
  @Test
  void who_asks_twice_keeps_what_it_has() throws Exception {
    GpuPool pool = new GpuPool(folder);
    try (GpuPool.Taken first = take(pool, List.of("GPU 0"), "job")) {
      assertThat(pool.take(List.of("GPU 0"), "job again", said::add, () -> true)).isEmpty();
      assertThat(seenElsewhere()).isEqualTo("waits for a GPU: GPU 0 is taken by job");
    }
    assertThat(seenElsewhere()).isEqualTo("took GPU 0");
  }

  private String seenElsewhere() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                OtherProcess.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    return new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
  }

  /** Asks once for the first GPU and prints what comes of it. */
  static final class OtherProcess {
    public static void main(String... args) {
      new GpuPool(Path.of(args[0]))
          .take(List.of("GPU 0"), "other", System.out::println, () -> true)
          .ifPresent(taken -> System.out.println("took " + taken.gpu()));
    }
  }

  @Test
  void a_folder_that_cannot_be_written_is_named_and_nobody_waits() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");

    assertThat(take(new GpuPool(file), BOTH, "job").gpu()).isEqualTo("GPU 0");

    assertThat(said).singleElement().asString().contains(file.toString(), "GDPO_MEMORY_FOLDER");
  }

  @Test
  void gpus_are_called_alike_by_processes_that_see_different_ones() {
    assertThat(ClaimedDevice.names(2, null)).containsExactly("GPU 0", "GPU 1");
    assertThat(ClaimedDevice.names(2, "3, 1")).containsExactly("GPU 3", "GPU 1");
    assertThat(ClaimedDevice.names(0, "")).isEmpty();
  }

  private GpuPool.Taken take(GpuPool pool, List<String> gpus, String who) {
    return pool.take(gpus, who, said::add, () -> true).orElseThrow();
  }
}
