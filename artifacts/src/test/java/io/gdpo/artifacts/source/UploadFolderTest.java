package io.gdpo.artifacts.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.contracts.spec.DatasetSpec;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadFolderTest {
  private static final String KEY = UploadFolder.PARENT + "/" + "0a".repeat(32);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"", "/"})
  void aFolderThatWasNotUploadedToItsEndIsNotReadAsIfItWereWhole(String slash) {
    ArtifactStore store = Artifacts.at(folder.toUri());
    Sources sources = new Sources(store);
    store.write(KEY + "/train.jsonl", new byte[] {1});
    URI address = URI.create(store.uri(KEY) + slash);
    DatasetSpec spec = examples(address);

    assertThatThrownBy(() -> sources.of(spec))
        .isInstanceOf(SourceException.class)
        .hasMessage("examples '" + address + "' was not uploaded to its end; upload it again");
    store.write(KEY + "/" + UploadFolder.RECORD, new byte[] {1});
    assertThat(sources.of(spec).path()).isDirectoryContaining("glob:**/train.jsonl");
  }

  @Test
  void anyOtherFolderNeedsNoRecord() {
    ArtifactStore store = Artifacts.at(folder.toUri());
    store.write("mine/uploads/train.jsonl", new byte[] {1});
    assertThat(new Sources(store).of(examples(store.uri("mine/uploads"))).path()).isDirectory();
  }

  private static DatasetSpec examples(URI address) {
    return new DatasetSpec(
        null, null, address.toString(), null, null, null, null, null, null, null);
  }
}
