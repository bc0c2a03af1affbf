package io.gdpo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubModelNameTest {
  @Test
  void aNameWithoutARevisionMeansMain() {
    assertThat(HubModelName.parse("openai-community/gpt2-large"))
        .isEqualTo(new HubModelName("openai-community", "gpt2-large", "main"))
        .hasToString("openai-community/gpt2-large");
  }

  @Test
  void whatFollowsTheAtSignIsTheRevision() {
    assertThat(HubModelName.parse("EleutherAI/pythia-2.8b@refs/pr/1"))
        .isEqualTo(new HubModelName("EleutherAI", "pythia-2.8b", "refs/pr/1"))
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
    assertThatThrownBy(() -> HubModelName.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .containsAnyOf("openai-community/gpt2", "name a branch, a tag or a commit");
  }

  @Test
  void aSnapshotsFolderTellsWhichModelItHolds() {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path snapshot = Path.of("/cache/hub/models--Qwen--Qwen2.5-0.5B/snapshots/" + commit);

    assertThat(HubModelName.ofSnapshot(snapshot))
        .contains(new HubModelName("Qwen", "Qwen2.5-0.5B", commit));
    assertThat(HubModelName.ofSnapshot(Path.of("/cache/hub/models--Qwen--Qwen2.5-0.5B"))).isEmpty();
    assertThat(HubModelName.ofSnapshot(Path.of("/models/mine"))).isEmpty();
  }
}
