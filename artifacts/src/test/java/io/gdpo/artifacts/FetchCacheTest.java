package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchCacheTest {
  private static final String ENOUGH = "1";

  /** For three files and what the cache notes of them; not for four. */
  private static final String THREE_FILES = "0.0000037";

  @TempDir private Path temporary;
  private final List<Process> running = new ArrayList<>();

  @AfterEach
  void endProcesses() {
    running.forEach(Process::destroyForcibly);
  }

  @Test
  void whatWasFetchedIsNotFetchedAgainUntilItChanges() throws IOException {
    ArtifactStore store =
        Artifacts.at(
            URI.create("memory://" + UUID.randomUUID()),
            Map.of(FetchCache.FOLDER, cache().toString()));
    store.write("best/weights", bytes("first"));

    Path first = store.fetch(store.uri("best"));
    assertThat(store.fetch(store.uri("best"))).isEqualTo(first).hasFileName("best");
    store.write("best/weights", bytes("other"));
    Path second = store.fetch(store.uri("best"));

    assertThat(first.resolve("weights")).hasContent("first");
    assertThat(second.resolve("weights")).hasContent("other");
  }

  @Test
  void twoProcessesThatWantTheSameFetchItOnce() throws Exception {
    String[] names = {"a", "b", "c", "d", "e", "f", "g", "h"};
    Process one = start(ENOUGH, names);
    Process other = start(ENOUGH, names);
    awaitFetched(one);
    awaitFetched(other);

    assertThat(downloads()).containsExactlyInAnyOrder(names);
    assertThat(fetch(ENOUGH, "d")).hasBinaryContent(FetchingProgram.content("d"));
    assertThat(downloads()).hasSize(names.length);
  }

  @Test
  void theLongestUnusedGoesThatNobodyHolds() throws Exception {
    Process earlier = start(ENOUGH, "held", "old", "used");
    awaitFetched(earlier);
    end(earlier);
    Process holder = start(ENOUGH, "held");
    awaitFetched(holder);

    fetch(THREE_FILES, "new");

    assertThat(kept()).containsExactlyInAnyOrder("held", "used", "new");
    fetch(THREE_FILES, "newer");
    fetch(THREE_FILES, "newest");
    assertThat(kept())
        .as("what running processes hold is kept, however much it is")
        .containsExactlyInAnyOrder("held", "new", "newer", "newest");
    end(holder);
    fetch(THREE_FILES, "last");
    assertThat(kept()).doesNotContain("held");
  }

  @Test
  void whatAProcessFetchedLongAgoItHoldsNoMore() throws IOException {
    Path before = fetch(ENOUGH, "long-ago");
    fetch(ENOUGH, "now");
    Files.setLastModifiedTime(
        before.resolveSibling(".digests"), FileTime.from(Instant.now().minus(Duration.ofHours(2))));

    fetch("0", "next");

    assertThat(kept()).containsExactlyInAnyOrder("now", "next");
  }

  @Test
  void whatIsDamagedIsNoticedAndFetchedAgain() throws Exception {
    Process earlier = start(ENOUGH, "a", "b");
    awaitFetched(earlier);
    end(earlier);
    Files.write(entryOf("a"), new byte[1000]);
    Files.delete(entryOf("b"));

    assertThat(fetch(ENOUGH, "a")).hasBinaryContent(FetchingProgram.content("a"));
    assertThat(fetch(ENOUGH, "b")).hasBinaryContent(FetchingProgram.content("b"));
    assertThat(downloads()).containsExactly("a", "b", "a", "b");
  }

  @Test
  void whatAKilledProcessLeftIsTakenAway() throws IOException {
    fetch(ENOUGH, "a");
    String killed = "0123456789abcdef".repeat(4);
    Files.createDirectories(cache().resolve(".tmp-" + killed).resolve("weights"));
    Files.createDirectories(cache().resolve(".old-" + killed));

    fetch(ENOUGH, "b");

    try (Stream<Path> files = Files.list(cache())) {
      assertThat(files).noneMatch(file -> file.getFileName().toString().startsWith("."));
    }
  }

  @Test
  void aDownloadThatFailsLeavesNothing() {
    assertThatThrownBy(
            () ->
                FetchCache.of(Map.of(FetchCache.FOLDER, cache().toString()))
                    .fetch(
                        "store:/a",
                        List.of(new Blob("", 1, "1")),
                        (blob, target) -> {
                          throw new UncheckedIOException(new IOException("broke off"));
                        }))
        .hasMessageContaining("broke off");
    assertThat(cache()).isDirectoryNotContaining("glob:**/*a*");
    assertThat(kept()).isEmpty();
  }

  @Test
  void aNameThatLeavesItsFolderIsRefused() {
    assertThatThrownBy(
            () ->
                FetchCache.of(Map.of(FetchCache.FOLDER, cache().toString()))
                    .fetch("store:/a", List.of(new Blob("../../b", 1, "1")), (blob, target) -> {}))
        .hasMessageContaining("'../../b'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"much", "-1", "NaN"})
  void aBoundThatIsNoNumberIsNamed(String gigabytes) {
    assertThatThrownBy(() -> fetch(gigabytes, "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(FetchCache.GIGABYTES)
        .hasMessageContaining("'" + gigabytes + "'");
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamedWithItsSetting() throws IOException {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThatThrownBy(() -> FetchingProgram.fetch(file.resolve("cache"), ENOUGH, temporary, "a"))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(FetchCache.FOLDER);
  }

  private Path cache() {
    return temporary.resolve("cache");
  }

  private Path log() {
    return temporary.resolve("downloads");
  }

  private Path fetch(String gigabytes, String name) {
    return FetchingProgram.fetch(cache(), gigabytes, log(), name);
  }

  private List<String> downloads() throws IOException {
    return Files.readAllLines(log());
  }

  /** The names of the files that the cache holds. */
  private List<String> kept() {
    try (Stream<Path> files = Files.find(cache(), 2, (file, is) -> is.isRegularFile())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith(".") && !name.equals("locks"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path entryOf(String name) throws IOException {
    try (Stream<Path> files = Files.find(cache(), 2, (file, is) -> file.endsWith(name))) {
      return files.findFirst().orElseThrow();
    }
  }

  private Process start(String gigabytes, String... names) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                FetchingProgram.class.getName(),
                cache().toString(),
                gigabytes,
                log().toString()));
    command.addAll(List.of(names));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    running.add(process);
    return process;
  }

  private static void awaitFetched(Process process) throws IOException {
    assertThat(process.inputReader().readLine()).isEqualTo("fetched");
  }

  private static void end(Process process) throws IOException, InterruptedException {
    process.outputWriter().close();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
