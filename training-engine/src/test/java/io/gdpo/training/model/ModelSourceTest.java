package io.gdpo.training.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a model comes from, and by what it is known again. */
class ModelSourceTest {
  @TempDir private Path temporary;

  @Test
  void a_folder_is_known_by_all_its_weights_whatever_its_shards_are_called() throws IOException {
    Path folder = sharded("model", 1);
    String before = new ModelSource.Folder(folder.toUri()).digest();

    assertThat(new ModelSource.Folder(sharded("same", 1).toUri()).digest()).isEqualTo(before);
    assertThat(new ModelSource.Folder(sharded("other", 2).toUri()).digest()).isNotEqualTo(before);
  }

  private Path sharded(String name, long seed) throws IOException {
    Path folder = temporary.resolve(name);
    SmallGroup group = SmallGroup.in(temporary.resolve(name + "-group"));
    StringBuilder map = new StringBuilder();
    try (CausalLanguageModel model =
        CausalLanguageModel.random(ModelConfig.gpt2(257, 32, 8, 1, 2), seed, Device.cpu())) {
      model.save(folder, group.tokenizer());
      for (String weight : model.parameters().names()) {
        map.append(map.isEmpty() ? "" : ", ")
            .append('"')
            .append(weight)
            .append("\": \"part-1.safetensors\"");
      }
    }
    Files.move(folder.resolve("model.safetensors"), folder.resolve("part-1.safetensors"));
    Files.writeString(
        folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {" + map + "}}");
    CausalLanguageModel.load(folder, Device.cpu()).close();
    return folder;
  }
}
