package io.gdpo.lm.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Processes that share memory are processes here too. */
class MemoryShareTest {
  private static final long GIGABYTE = 1L << 30;

  @TempDir private Path folder;

  /** Claims what it is told to and lives until its standard input ends. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) throws IOException {
      boolean claimed =
          new MemoryShare(Path.of(args[0]), () -> Long.MAX_VALUE / 2)
              .claim("the-other", Long.parseLong(args[1]), System.out::println, () -> false)
              .isPresent();
      System.out.println(claimed ? "claimed" : "refused");
      while (System.in.read() >= 0) {}
    }
  }

  private Process other(long bytes) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                folder.toString(),
                Long.toString(bytes))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.inputReader(StandardCharsets.UTF_8).readLine()).isEqualTo("claimed");
    return process;
  }

  @Test
  void a_job_waits_for_what_another_process_has_claimed_and_not_taken_yet() throws Exception {
    Process other = other(40 * GIGABYTE);
    BlockingQueue<String> said = new LinkedBlockingQueue<>();
    MemoryShare share = new MemoryShare(folder, () -> 44 * GIGABYTE);

    CompletableFuture<Optional<MemoryShare.Claim>> claim =
        CompletableFuture.supplyAsync(
            () -> share.claim("this", 8 * GIGABYTE, said::add, () -> false));

    assertThat(said.poll(20, TimeUnit.SECONDS))
        .isEqualTo("waits for memory: needs 8,192 MB, and beside it run the-other (40,960 MB)");
    assertThat(claim).isNotDone();
    other.destroyForcibly().waitFor();
    assertThat(claim.get(20, TimeUnit.SECONDS)).isPresent();
    assertThat(Files.list(folder).map(f -> f.getFileName().toString()))
        .containsExactlyInAnyOrder("lock", ProcessHandle.current().pid() + ".claim");
    claim.get().orElseThrow().close();
  }

  @Test
  void jobs_that_fit_beside_each_other_run_beside_each_other() throws Exception {
    Process other = other(4 * GIGABYTE);
    List<String> said = new ArrayList<>();

    Optional<MemoryShare.Claim> claim =
        new MemoryShare(folder, () -> 16 * GIGABYTE)
            .claim("this", 8 * GIGABYTE, said::add, () -> false);

    assertThat(claim).isPresent();
    assertThat(said).isEmpty();
    claim.get().close();
    other.destroyForcibly().waitFor();
  }

  @Test
  void what_other_programs_hold_is_not_waited_for() {
    Optional<MemoryShare.Claim> claim =
        new MemoryShare(folder, () -> GIGABYTE)
            .claim("this", 8 * GIGABYTE, line -> {}, () -> false);

    assertThat(claim).isPresent();
    claim.get().close();
  }

  @Test
  void a_job_that_is_told_to_stop_while_it_waits_claims_nothing() throws Exception {
    Process other = other(40 * GIGABYTE);
    List<String> said = new ArrayList<>();

    Optional<MemoryShare.Claim> claim =
        new MemoryShare(folder, () -> 44 * GIGABYTE)
            .claim("this", 8 * GIGABYTE, said::add, () -> !said.isEmpty());

    assertThat(claim).isEmpty();
    other.destroyForcibly().waitFor();
  }

  @Test
  void where_the_folder_cannot_be_used_a_job_goes_on_and_says_so() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    List<String> said = new ArrayList<>();

    assertThat(
            new MemoryShare(file, () -> GIGABYTE).claim("this", GIGABYTE, said::add, () -> false))
        .isPresent();
    assertThat(said).singleElement().asString().contains(file.toString(), MemoryShare.FOLDER);
  }
}
