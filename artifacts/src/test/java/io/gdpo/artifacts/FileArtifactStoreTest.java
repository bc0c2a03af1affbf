package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileArtifactStoreTest {
  @TempDir Path folder;
  private ArtifactStore store;

  @BeforeEach
  void openStore() {
    store = ArtifactStore.at(folder.resolve("store").toUri());
  }

  @Test
  void whatWasWrittenIsReadUnderTheAddressOfItsKey() {
    URI written = store.write("reports/one.json", bytes("{}"));

    assertThat(written).isEqualTo(store.uri("reports/one.json"));
    assertThat(store.exists(written)).isTrue();
    assertThat(store.read(written)).isEqualTo(bytes("{}"));
    assertThat(store.fetch(written)).hasContent("{}");
  }

  @Test
  void writingAgainReplacesAndLeavesNothingElseBehind() throws IOException {
    store.write("reports/one.json", bytes("old"));
    URI written = store.write("reports/one.json", bytes("new"));

    assertThat(store.read(written)).isEqualTo(bytes("new"));
    assertThat(namesIn("reports")).containsExactly("one.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a#b", "a%20b", "a:b", "a?b"})
  void theStoresFolderMayHaveAnyName(String name) {
    ArtifactStore odd = ArtifactStore.at(folder.resolve(name).toUri());

    URI written = odd.write("reports/one.json", bytes("{}"));

    assertThat(odd.read(URI.create(written.toString()))).isEqualTo(bytes("{}"));
    assertThat(folder.resolve(name).resolve("reports/one.json")).hasContent("{}");
  }

  @Test
  void aUriThatIsNoFilesIsRefusedInsteadOfMeaningAnother() {
    assertThatThrownBy(() -> store.exists(URI.create(store.uri("a") + "#b")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("write # as %23");
  }

  @Test
  void whatCannotBeWrittenSaysWhatTheSystemSaid() throws IOException {
    Files.writeString(folder.resolve("file"), "in the way");
    ArtifactStore blocked = ArtifactStore.at(folder.resolve("file").toUri());

    assertThatThrownBy(() -> blocked.write("a/b", bytes("{}")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("file");
  }

  @Test
  void aFileIsReadUpToItsBoundOnly() {
    URI five = store.write("five", bytes("12345"));

    assertThat(store.read(five, 5)).isEqualTo(bytes("12345"));
    assertThatThrownBy(() -> store.read(five, 4))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("more than the 4 bytes");
    assertThatThrownBy(() -> store.read(folder.toUri(), 4))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void aPublishedFolderMovesIntoTheStore() throws IOException {
    Path local = folderWith("weights", "first");

    URI published = store.publish(local, "jobs/7/best");

    assertThat(store.fetch(published).resolve("weights")).hasContent("first");
    assertThat(local).doesNotExist();
  }

  @Test
  void publishingAgainReplacesTheWholeFolder() throws IOException {
    store.publish(folderWith("old-name", "first"), "jobs/7/best");
    URI published = store.publish(folderWith("weights", "second"), "jobs/7/best");

    assertThat(store.fetch(published)).isDirectoryNotContaining("glob:**/old-name");
    assertThat(store.fetch(published).resolve("weights")).hasContent("second");
    assertThat(namesIn("jobs/7")).containsExactly("best");
  }

  @Test
  void aFolderOfAnotherFileSystemIsPublishedToo() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).isWritable();
    assumeThat(Files.getFileStore(memory)).isNotEqualTo(Files.getFileStore(folder));
    Path local = Files.createTempDirectory(memory, "made");
    Files.createDirectories(local.resolve("deeper"));
    Files.write(local.resolve("deeper/weights"), bytes("far"));

    URI published = store.publish(local, "jobs/7/best");

    assertThat(store.fetch(published).resolve("deeper/weights")).hasContent("far");
    assertThat(local).doesNotExist();
    assertThat(namesIn("jobs/7")).containsExactly("best");
  }

  @Test
  void aPublishedFileReplacesAFile() throws IOException {
    store.write("jobs/7/result.json", bytes("old"));
    Path local = Files.write(folder.resolve("result"), bytes("new"));

    URI published = store.publish(local, "jobs/7/result.json");

    assertThat(store.read(published)).isEqualTo(bytes("new"));
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

  @Test
  void aFolderOfTheWorkingDirectoryCanBeTheStore() {
    URI address = ArtifactStore.at(URI.create("file:.gdpo/artifacts")).uri("a");

    assertThat(Path.of(address)).isEqualTo(Path.of(".gdpo/artifacts/a").toAbsolutePath());
  }

  @Test
  void anotherSchemeIsRefusedByName() {
    assertThatThrownBy(() -> store.read(URI.create("s3://bucket/key")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://bucket/key");
  }

  private Path folderWith(String name, String content) throws IOException {
    Path made = Files.createTempDirectory(folder, "made");
    Files.write(made.resolve(name), bytes(content));
    return made;
  }

  private Stream<String> namesIn(String key) throws IOException {
    return Files.list(Path.of(store.uri(key))).map(path -> path.getFileName().toString());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
