package io.gdpo.lm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.safetensors.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model folder whose weights lie in several files. */
class ShardedWeightsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDEX = "model.safetensors.index.json";
  private static final String FIRST = "model-00001-of-00003.safetensors";
  private static final String SECOND = "model-00002-of-00003.safetensors";
  private static final String UP = "model.layers.0.mlp.up_proj.weight";

  @TempDir Path folder;

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> files = Files.list(new GoldenModel("llama").folder())) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
  }

  private AbstractThrowableAssert<?, ?> assertRefused() {
    return assertThatThrownBy(() -> CausalLanguageModel.load(folder, Device.cpu()).close())
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(folder.toString());
  }

  private void map(Consumer<ObjectNode> change) throws IOException {
    Path index = folder.resolve(INDEX);
    ObjectNode content = (ObjectNode) JSON.readTree(Files.readString(index));
    change.accept((ObjectNode) content.get("weight_map"));
    Files.writeString(index, content.toString());
  }

  @Test
  void without_a_shard_that_the_index_names_is_refused() throws IOException {
    Files.delete(folder.resolve(SECOND));
    assertRefused().hasMessageContaining(SECOND).hasMessageContaining("no such file");
  }

  @Test
  void whose_shard_lacks_a_tensor_that_the_index_places_there_is_refused() throws IOException {
    map(weights -> weights.put(UP, FIRST));
    assertRefused().hasMessageContaining(UP).hasMessageContaining(FIRST);
  }

  @Test
  void whose_index_leaves_a_tensor_out_is_refused() throws IOException {
    map(weights -> weights.remove(UP));
    assertRefused().hasMessageContaining(UP).hasMessageContaining(SECOND);
  }

  @Test
  void whose_index_names_a_file_elsewhere_is_refused() throws IOException {
    map(weights -> weights.put(UP, "../other/" + SECOND));
    assertRefused().hasMessageContaining("../other/" + SECOND);
  }

  @Test
  void whose_shards_hold_a_tensor_twice_is_refused() throws IOException {
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      rewrite(FIRST, manager, tensors -> tensors.put(UP, manager.zeros(new Shape(3, 5))));
    }
    assertRefused()
        .hasMessageContaining(FIRST)
        .hasMessageContaining(UP + ", which the index takes");
  }

  @Test
  void may_differ_from_its_index_in_constants() throws IOException {
    String constant = "model.layers.0.self_attn.rotary_emb.inv_freq";
    map(weights -> weights.put("model.layers.1.self_attn.rotary_emb.inv_freq", FIRST));
    try (NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      rewrite(FIRST, manager, tensors -> tensors.put(constant, manager.zeros(new Shape(3))));
    }
    CausalLanguageModel.load(folder, Device.cpu()).close();
  }

  @Test
  void is_found_by_a_path_with_dots_too() throws IOException {
    Path here = Path.of("").toAbsolutePath();
    Path dotted = here.relativize(folder.toAbsolutePath()); // ../../...
    CausalLanguageModel.load(dotted, Device.cpu()).close();
    CausalLanguageModel.load(folder.resolve("."), Device.cpu()).close();
  }

  private void rewrite(String shard, NDManager manager, Consumer<Map<String, NDArray>> change)
      throws IOException {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    try (Safetensors stored = Safetensors.open(folder.resolve(shard))) {
      stored.names().forEach(name -> tensors.put(name, stored.loadFloats(manager, name)));
    }
    change.accept(tensors);
    Safetensors.write(folder.resolve(shard), tensors, Map.of());
  }

  @Test
  void whose_index_is_none_is_refused() throws IOException {
    for (String content : List.of("{", "{}", "{\"weight_map\": []}")) {
      Files.writeString(folder.resolve(INDEX), content);
      assertRefused().hasMessageContaining(INDEX);
    }
  }

  @Test
  void saved_it_is_one_file(@TempDir Path saved) throws IOException {
    try (CausalLanguageModel model = CausalLanguageModel.load(folder, Device.cpu())) {
      model.save(saved, Golden.folder());
    }
    assertThat(saved.resolve("model.safetensors")).isRegularFile();
    assertThat(saved.resolve(INDEX)).doesNotExist();
    CausalLanguageModel.load(saved, Device.cpu()).close();
  }
}
