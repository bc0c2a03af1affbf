package io.gdpo.artifacts.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.Boundary;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a store has a boundary, it holds for whatever a specification names. */
class SourcesOutsideTest {
  @TempDir Path folder;

  private ArtifactStore store;
  private Sources sources;

  @BeforeEach
  void makeStore() throws IOException {
    Path surveys = Files.createDirectories(folder.resolve("surveys"));
    Files.writeString(surveys.resolve("mine.csv"), "a,b");
    Files.writeString(folder.resolve("secret"), "nobody's business");
    Files.createSymbolicLink(surveys.resolve("link.csv"), folder.resolve("secret"));
    store =
        Artifacts.at(
            folder.resolve("store").toUri(),
            Map.of(Boundary.VARIABLE, Boundary.variable(List.of(surveys.toUri()))));
    sources = new Sources(store);
  }

  @Test
  void what_lies_in_the_store_or_in_a_folder_that_is_named_is_read() throws IOException {
    URI stored = store.write("data/x.csv", new byte[] {1});
    assertThat(sources.path("survey", stored.toString())).hasBinaryContent(new byte[] {1});
    assertThat(sources.path("survey", folder.resolve("surveys/mine.csv").toString()))
        .hasContent("a,b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/etc/passwd",
        "file:///etc/passwd",
        "FOLDER/secret",
        "FOLDER/surveys/../secret",
        "FOLDER/surveys/link.csv",
        "FOLDER/store/../secret",
        "s3://another/secret"
      })
  void anything_else_is_refused_before_it_is_looked_for(String address) {
    assertThatThrownBy(() -> sources.path("survey", address.replace("FOLDER", folder.toString())))
        .isInstanceOf(SourceException.class)
        .hasMessageContainingAll("survey", "is outside of what may be read here")
        .hasMessageNotContaining("nobody's business");
  }

  @Test
  void a_file_outside_answers_alike_be_it_there_or_not() {
    String there = refusal(folder.resolve("secret").toString());
    String notThere = refusal(folder.resolve("secrec").toString());
    assertThat(there.replace("secret", "X")).isEqualTo(notThere.replace("secrec", "X"));
  }

  private String refusal(String address) {
    try {
      return "read: " + sources.path("survey", address);
    } catch (SourceException e) {
      return e.getMessage();
    }
  }
}
