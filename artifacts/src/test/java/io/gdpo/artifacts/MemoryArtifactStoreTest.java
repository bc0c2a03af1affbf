package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The contract asks for nothing that only a file system has. */
class MemoryArtifactStoreTest extends ArtifactStoreContract {
  private final URI bucket = URI.create("memory://" + UUID.randomUUID() + "/artifacts");

  @Override
  protected URI emptyStore() {
    return bucket;
  }

  @Test
  void aPublicationThatIsCutOffLeavesNoManifestNotEvenTheOneBefore() throws IOException {
    store.publish(folderWith("weights", "first"), "jobs/7/best", "manifest");
    Path torn = folderWith("weights", "second");
    Files.delete(torn.resolve("manifest"));

    assertThatThrownBy(() -> store.publish(torn, "jobs/7/best", "manifest"))
        .isInstanceOf(UncheckedIOException.class);

    assertThat(store.exists(store.uri("jobs/7/best/weights"))).isTrue();
    assertThat(store.exists(store.uri("jobs/7/best/manifest"))).isFalse();
  }
}
