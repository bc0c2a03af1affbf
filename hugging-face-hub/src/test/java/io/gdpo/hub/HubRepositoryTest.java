package io.gdpo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.hub.HubRepository.Kind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubRepositoryTest {
  @Test
  void aNameWithoutARevisionMeansMain() {
    assertThat(HubRepository.model("openai-community/gpt2-large"))
        .isEqualTo(new HubRepository(Kind.MODEL, "openai-community", "gpt2-large", "main"))
        .hasToString("openai-community/gpt2-large");
  }

  @Test
  void whatFollowsTheAtSignIsTheRevision() {
    assertThat(HubRepository.model("EleutherAI/pythia-2.8b@refs/pr/1"))
        .isEqualTo(new HubRepository(Kind.MODEL, "EleutherAI", "pythia-2.8b", "refs/pr/1"))
        .hasToString("EleutherAI/pythia-2.8b@refs/pr/1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gpt2",
        "a/b/c",
        "a/",
        "/b",
        "a/b@",
        "a/b@../c",
        "a/b@-x",
        "a/b@x/",
        "../b",
        "a/b c",
        "a/b--c",
        "a/b."
      })
  void whatIsNoNameIsRefusedWithOneThatIs(String text) {
    assertThatThrownBy(() -> HubRepository.model(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .containsAnyOf("openai-community/gpt2", "name a branch, a tag or a commit");
  }

  @Test
  void aDatasetIsNamedAsTheHubsAddressesNameIt() {
    assertThat(new HubRepository(Kind.DATASET, "owner", "name", "v1"))
        .hasToString("datasets/owner/name@v1");
  }

  @Test
  void aSnapshotsFolderTellsWhichModelItHolds() {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path snapshot = Path.of("/cache/hub/models--Qwen--Qwen2.5-0.5B/snapshots/" + commit);

    assertThat(HubRepository.ofSnapshot(snapshot))
        .contains(new HubRepository(Kind.MODEL, "Qwen", "Qwen2.5-0.5B", commit));
    assertThat(HubRepository.ofSnapshot(Path.of("/cache/hub/models--Qwen--Qwen2.5-0.5B")))
        .isEmpty();
    assertThat(HubRepository.ofSnapshot(Path.of("/models/mine"))).isEmpty();
  }
}
