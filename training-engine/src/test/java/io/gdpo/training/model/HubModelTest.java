package io.gdpo.training.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.hub.HubClient;
import io.gdpo.lm.folder.SideFiles;
import org.junit.jupiter.api.Test;

class HubModelTest {
  /** Neither module knows the other, so the list stands in both. */
  @Test
  void what_a_model_takes_along_is_what_is_downloaded_for_it() {
    assertThat(HubClient.travelling()).containsExactlyInAnyOrderElementsOf(SideFiles.AS_THEY_ARE);
  }
}
