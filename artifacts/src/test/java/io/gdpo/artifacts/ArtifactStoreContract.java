package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ArtifactStore} keeps; each kind of store runs this suite. */
public abstract class ArtifactStoreContract {
  @TempDir protected Path folder;
  protected ArtifactStore store;

  /** The address of a store that nothing lies in. */
  protected abstract URI emptyStore();

  /** Whether the server behind it lets nobody write between its look and its write. */
  protected boolean comparesAndWritesInOneStep() {
    return true;
  }

  /** A store of this kind, as another process has it. */
  protected ArtifactStore at(URI address) {
    return Artifacts.at(address, Map.of(FetchCache.FOLDER, folder.resolve("fetched").toString()));
  }

  @BeforeEach
  void openStore() {
    store = at(emptyStore());
  }

  @Test
  void whatWasWrittenIsReadUnderTheAddressOfItsKey() {
    URI written = store.write("reports/one.json", bytes("{}"));

    assertThat(written).isEqualTo(store.uri("reports/one.json"));
    assertThat(store.exists(written)).isTrue();
    assertThat(store.read(written)).isEqualTo(bytes("{}"));
    assertThat(store.fetch(written)).hasContent("{}").hasFileName("one.json");
  }

  @Test
  void anotherProcessWithTheSameAddressSeesTheSame() {
    URI written = store.write("reports/one.json", bytes("{}"));

    assertThat(at(emptyStore()).read(URI.create(written.toString()))).isEqualTo(bytes("{}"));
    assertThat(at(written.resolve(".")).list(written.resolve("."), "")).containsExactly("one.json");
  }

  @Test
  void aLocalFileIsCopiedIntoTheStore() throws IOException {
    Path local = Files.write(folder.resolve("weights"), bytes("many"));

    URI written = store.write("jobs/7/weights", local);

    assertThat(store.read(written)).isEqualTo(bytes("many"));
    assertThat(local).hasContent("many");
  }

  @Test
  void writingAgainReplaces() {
    store.write("reports/one.json", bytes("old"));
    URI written = store.write("reports/one.json", bytes("new"));

    assertThat(store.read(written)).isEqualTo(bytes("new"));
    assertThat(store.list(store.uri("reports"), "")).containsExactly("one.json");
  }

  @Test
  void aReaderSeesTheOldOrTheNewWhileManyWrite() throws Exception {
    byte[] ones = "1".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
    byte[] twos = "2".repeat(70_000).getBytes(StandardCharsets.US_ASCII);
    URI address = store.write("contended", ones);
    ExecutorService writers = Executors.newFixedThreadPool(2);
    try {
      List<Callable<URI>> writes =
          List.of(() -> store.write("contended", ones), () -> store.write("contended", twos));
      for (int round = 0; round < 20; round++) {
        List<Future<URI>> running = writes.stream().map(writers::submit).toList();
        assertThat(store.read(address)).isIn(ones, twos);
        for (Future<URI> write : running) {
          write.get();
        }
      }
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void filesOfAFolderAreListedInOrderFromAnyNameOn() {
    for (String name : List.of("000010", "000002", "000001", "deeper/000003")) {
      store.write("jobs/7/progress/" + name, bytes(name));
    }
    store.write("jobs/7/progressive", bytes("another"));
    URI progress = store.uri("jobs/7/progress");

    assertThat(store.list(progress, "")).containsExactly("000001", "000002", "000010");
    assertThat(store.list(progress, "000001")).containsExactly("000002", "000010");
    assertThat(store.list(progress, "000005")).containsExactly("000010");
    assertThat(store.list(URI.create(progress + "/"), "000010")).isEmpty();
    assertThat(store.list(store.uri("jobs/8"), "")).isEmpty();
    assertThat(store.list(store.uri("jobs/7/progressive"), "")).isEmpty();
  }

  @Test
  void aFileIsReplacedOnlyByWhoHasSeenWhatIsThere() {
    URI list = store.uri("jobs/7/list.json");
    assertThat(store.version(list)).isEmpty();
    assertThat(store.replace("jobs/7/list.json", Optional.of("\"seen\""), bytes("none")))
        .as("there is none to have seen")
        .isEmpty();

    Optional<String> first = store.replace("jobs/7/list.json", Optional.empty(), bytes("first"));
    assertThat(first).isPresent().isEqualTo(store.version(list));
    assertThat(store.replace("jobs/7/list.json", Optional.empty(), bytes("late"))).isEmpty();
    Optional<String> second = store.replace("jobs/7/list.json", first, bytes("second"));
    assertThat(second).isPresent().isNotEqualTo(first).isEqualTo(store.version(list));
    assertThat(store.replace("jobs/7/list.json", first, bytes("late"))).isEmpty();
    assertThat(store.read(list)).isEqualTo(bytes("second"));
    assertThat(store.list(store.uri("jobs/7"), "")).containsExactly("list.json");
  }

  @Test
  void ofManyWhoReplaceWhatTheySawOneDoes() throws Exception {
    Optional<String> seen = store.replace("contended", Optional.empty(), bytes("0"));
    ExecutorService writers = Executors.newFixedThreadPool(4);
    try {
      for (int round = 1; round <= 5; round++) {
        Optional<String> before = seen;
        List<Callable<Optional<String>>> writes =
            Stream.of("a", "b", "c", "d")
                .map(
                    who ->
                        (Callable<Optional<String>>)
                            () -> store.replace("contended", before, bytes(who + before)))
                .toList();
        List<String> done = new ArrayList<>();
        for (Future<Optional<String>> write : writers.invokeAll(writes)) {
          write.get().ifPresent(done::add);
        }
        assertThat(done).as("round %d", round).isNotEmpty();
        if (comparesAndWritesInOneStep()) {
          assertThat(done).as("round %d", round).hasSize(1);
        }
        seen = store.version(store.uri("contended"));
        assertThat(done).contains(seen.orElseThrow());
      }
    } finally {
      writers.shutdownNow();
    }
  }

  @Test
  void foldersOfAFolderAreListedWithWhatTheyHold() {
    for (String name : List.of("b/one", "a/deeper/two", "b/three", "c")) {
      store.write("evaluations/" + name, bytes(name));
    }
    store.write("evaluations-too/d/four", bytes("four"));
    URI evaluations = store.uri("evaluations");

    assertThat(store.folders(evaluations)).containsExactly("a", "b");
    assertThat(store.folders(URI.create(evaluations + "/"))).containsExactly("a", "b");
    assertThat(store.folders(store.uri("evaluations/a"))).containsExactly("deeper");
    assertThat(store.folders(store.uri("evaluations/c"))).isEmpty();
    assertThat(store.folders(store.uri("nothing"))).isEmpty();
    assertThat(store.bytes(store.uri("evaluations/b"))).isEqualTo("b/oneb/three".length());
    assertThat(store.bytes(store.uri("evaluations/c"))).isEqualTo(1);
    assertThat(store.bytes(store.uri("nothing"))).isZero();
  }

  @Test
  void aFileIsReadUpToItsBoundOnly() {
    URI five = store.write("five", bytes("12345"));

    assertThat(store.read(five, 5)).isEqualTo(bytes("12345"));
    assertThatThrownBy(() -> store.read(five, 4))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("more than the 4 bytes");
  }

  @Test
  void aPublishedFolderIsInTheStoreAndNoLongerHere() throws IOException {
    Path local = folderWith("weights", "first");
    Files.createDirectories(local.resolve("deeper"));
    Files.write(local.resolve("deeper/more"), bytes("second"));

    URI published = store.publish(local, "jobs/7/best", "manifest");

    assertThat(published).isEqualTo(store.uri("jobs/7/best"));
    assertThat(store.exists(published)).isTrue();
    assertThat(store.exists(store.uri("jobs/7/best/manifest"))).isTrue();
    assertThat(store.fetch(published).resolve("weights")).hasContent("first");
    assertThat(store.fetch(published).resolve("deeper/more")).hasContent("second");
    assertThat(store.read(store.uri("jobs/7/best/deeper/more"))).isEqualTo(bytes("second"));
    assertThat(local).doesNotExist();
  }

  @Test
  void publishingAgainReplacesTheWholeFolder() throws IOException {
    store.publish(folderWith("old-name", "first"), "jobs/7/best", "manifest");
    URI published = store.publish(folderWith("weights", "second"), "jobs/7/best", "manifest");

    assertThat(store.list(published, "")).containsExactly("manifest", "weights");
    assertThat(store.fetch(published).resolve("old-name")).doesNotExist();
    assertThat(store.fetch(published).resolve("weights")).hasContent("second");
  }

  @Test
  void whatIsDeletedIsGoneAndItsNeighboursStay() {
    URI file = store.write("jobs/7/one", bytes("1"));
    store.write("jobs/7/deeper/two", bytes("2"));
    URI neighbour = store.write("jobs/77/one", bytes("3"));

    store.delete("jobs/7/one");
    assertThat(store.exists(file)).isFalse();
    store.delete("jobs/7");
    assertThat(store.exists(store.uri("jobs/7"))).isFalse();
    assertThat(store.exists(store.uri("jobs/7/deeper/two"))).isFalse();
    store.delete("jobs/7");
    assertThat(store.read(neighbour)).isEqualTo(bytes("3"));
  }

  @Test
  void aCopyIsTheCallersOwn() throws IOException {
    URI written = store.write("jobs/7/weights", bytes("many"));

    store.copy(written, folder.resolve("own"));
    Files.write(folder.resolve("own"), bytes("changed"));

    assertThat(store.read(written)).isEqualTo(bytes("many"));
    assertThatThrownBy(() -> store.copy(store.uri("jobs/8"), folder.resolve("other")))
        .isInstanceOf(ArtifactMissingException.class);
  }

  @Test
  void anAddressUnderWhichNothingLiesIsNamed() {
    URI nothing = store.uri("datasets/none");

    assertThat(store.exists(nothing)).isFalse();
    assertThatThrownBy(() -> store.read(nothing))
        .isInstanceOf(ArtifactMissingException.class)
        .hasMessageContaining(nothing.toString());
    assertThatThrownBy(() -> store.fetch(nothing)).isInstanceOf(ArtifactMissingException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"../secret", "/etc/passwd", "a//b", "", "a/../b", ".hidden", "a/b/"})
  void aKeyThatLeavesTheStoreIsRefused(String key) {
    assertThatThrownBy(() -> store.write(key, bytes("x")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + key + "'");
  }

  /** A folder with this file and its manifest. */
  protected Path folderWith(String name, String content) throws IOException {
    Path made = Files.createTempDirectory(folder, "made");
    Files.write(made.resolve(name), bytes(content));
    Files.write(made.resolve("manifest"), bytes(name));
    return made;
  }

  protected static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
