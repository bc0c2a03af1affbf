package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileArtifactStoreTest extends ArtifactStoreContract {

  @Override
  protected URI emptyStore() {
    return folder.resolve("store").toUri();
  }

  @Test
  void replacingLeavesNothingElseBehind() throws IOException {
    store.write("jobs/7/one.json", bytes("old"));
    store.write("jobs/7/one.json", bytes("new"));
    store.publish(folderWith("weights", "first"), "jobs/7/best", "manifest");
    store.publish(folderWith("weights", "second"), "jobs/7/best", "manifest");

    assertThat(namesIn("jobs/7")).containsExactlyInAnyOrder("one.json", "best");
  }

  @Test
  void anAddressIsTheSameBeforeAndAfterAFolderIsThere() throws IOException {
    URI before = store.uri("jobs/7/best");
    URI published = store.publish(folderWith("weights", "first"), "jobs/7/best", "manifest");

    assertThat(published).isEqualTo(before);
    assertThat(Artifacts.at(emptyStore()).uri("jobs/7/best")).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a#b", "a%20b", "a:b", "a?b"})
  void theStoresFolderMayHaveAnyName(String name) {
    ArtifactStore odd = Artifacts.at(folder.resolve(name).toUri());

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
    ArtifactStore blocked = Artifacts.at(folder.resolve("file").toUri());

    assertThatThrownBy(() -> blocked.write("a/b", bytes("{}")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be written")
        .hasMessageContaining("file");
  }

  @Test
  void aFolderIsNotReadAsAFile() {
    assertThatThrownBy(() -> store.read(folder.toUri(), 4))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void aFolderOfAnotherFileSystemIsPublishedToo() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeThat(memory).isWritable();
    assumeThat(Files.getFileStore(memory)).isNotEqualTo(Files.getFileStore(folder));
    Path local = Files.createTempDirectory(memory, "made");
    Files.createDirectories(local.resolve("deeper"));
    Files.write(local.resolve("deeper/weights"), bytes("far"));

    URI published = store.publish(local, "jobs/7/best", "deeper/weights");

    assertThat(store.fetch(published).resolve("deeper/weights")).hasContent("far");
    assertThat(local).doesNotExist();
    assertThat(namesIn("jobs/7")).containsExactly("best");
  }

  @Test
  void whatIsHiddenOrTemporaryIsNotListed() throws IOException {
    URI seen = store.write("jobs/7/one", bytes("1"));
    Files.writeString(store.fetch(seen).resolveSibling(".two.tmp"), "half");

    assertThat(store.list(store.uri("jobs/7"), "")).containsExactly("one");
  }

  @Test
  void aFolderOfTheWorkingDirectoryCanBeTheStore() {
    URI address = Artifacts.at(URI.create("file:.gdpo/artifacts")).uri("a");

    assertThat(Path.of(address)).isEqualTo(Path.of(".gdpo/artifacts/a").toAbsolutePath());
  }

  private Stream<String> namesIn(String key) throws IOException {
    return Files.list(Path.of(store.uri(key))).map(path -> path.getFileName().toString());
  }
}
