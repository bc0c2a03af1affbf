package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactsTest {
  private static final byte[] CONTENT = "{}".getBytes(StandardCharsets.UTF_8);

  @TempDir Path folder;

  @Test
  void anAddressIsReadFromTheStoreOfItsSchemeWhateverStoreOnesOwnIs() {
    ArtifactStore files = Artifacts.at(folder.toUri());
    URI elsewhere = Artifacts.at(URI.create("memory://of-others")).write("one", CONTENT);

    assertThat(files.exists(elsewhere)).isTrue();
    assertThat(files.read(elsewhere)).isEqualTo(CONTENT);
    assertThat(files.list(URI.create("memory://of-others"), "")).containsExactly("one");
    assertThat(files.fetch(elsewhere)).hasContent("{}");
    assertThat(files.uri("one")).hasScheme("file");
    assertThat(files.folder()).contains(folder);
    assertThat(Artifacts.at(URI.create("memory://of-others")).folder()).isEmpty();
  }

  @Test
  void aSchemeThatNoModuleBringsIsRefusedByName() {
    assertThatThrownBy(() -> Artifacts.at(folder.toUri()).read(URI.create("s3://bucket/key")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("s3://bucket/key")
        .hasMessageContaining("file:, memory:")
        .hasMessageContaining("class path");
    assertThatThrownBy(() -> Artifacts.at(URI.create("relative/folder")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("relative/folder");
  }
}
