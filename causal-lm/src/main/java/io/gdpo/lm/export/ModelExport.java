package io.gdpo.lm.export;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.lora.LoraAdapter;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.lora.PeftConfig;
import io.gdpo.lm.safetensors.FloatFile;
import io.gdpo.lm.safetensors.FloatFormat;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes a model that was trained here as others use it: whole, or as one adapter for the model at
 * the root of its chain. Weights pass through in pieces, so that a model of any size needs little
 * memory.
 */
public final class ModelExport {
  private static final int PIECE = 1 << 20;
  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private final AdapterChain chain;

  public ModelExport(AdapterChain chain) {
    this.chain = chain;
  }

  /**
   * Writes the root's weights with all updates added, each rounded once, to its format at {@code
   * formats}.
   *
   * @param folder exists and is empty
   * @param formats the published model whose number formats are taken; the root's if absent
   */
  public void writeWhole(Path folder, Optional<Path> formats) throws IOException {
    ModelConfig config = chain.config();
    WeightFiles weights = chain.weights();
    try (WeightFiles published =
        formats.isPresent() ? WeightFiles.open(formats.get(), config::isConstant) : null) {
      WeightFiles like = published == null ? weights : published;
      Map<String, FloatFile.Tensor> tensors = new LinkedHashMap<>();
      for (Map.Entry<String, Shape> weight : config.weights().entrySet()) {
        String name = weights.nameOf(weight.getKey(), config);
        if (!weights.shape(name).equals(weight.getValue())) {
          throw new InvalidModelException(
              "%s: weight %s has shape %s, but config.json asks for %s"
                  .formatted(weights.named(), name, weights.shape(name), weight.getValue()));
        }
        FloatFormat format = like.floatFormat(like.nameOf(weight.getKey(), config));
        tensors.put(weight.getKey(), new FloatFile.Tensor(format, weight.getValue()));
      }
      FloatFile.write(folder.resolve(WeightFiles.WHOLE), tensors, this::giveSum, METADATA);
      FloatFormat format = tensors.get(config.tokenEmbedding()).format();
      new ExportedFiles(chain).write(folder, format);
    }
  }

  private void giveSum(String weight, FloatFile.Sink sink) throws IOException {
    String name = chain.weights().nameOf(weight, chain.config());
    Shape shape = chain.weights().shape(name);
    WeightUpdate update = chain.update(weight);
    int columns = Math.toIntExact(shape.get(shape.dimension() - 1));
    long rows = shape.size() / columns;
    int atOnce = (int) Math.min(rows, Math.max(1, PIECE / columns));
    float[] values = new float[atOnce * columns];
    for (long row = 0; row < rows; row += atOnce) {
      int count = (int) Math.min(atOnce, rows - row);
      chain.weights().readFloats(name, row * columns, values, count * columns);
      if (!update.isNothing()) {
        update.addTo(values, Math.toIntExact(row), count);
      }
      sink.put(values, count * columns);
    }
  }

  /**
   * Writes one adapter that adds to the root what the whole chain adds: A's stacked, B's side by
   * side, so that its rank is the sum of the ranks. Where an adapter leaves a module alone, its
   * part there is zero. A scale that differs from the last adapter's goes into B.
   *
   * @param folder exists and is empty
   * @param base how the adapter is to name the root: a path, or a name on the Hub
   * @param revision the root's commit on the Hub
   * @throws InvalidModelException if the model is whole: there is no adapter
   */
  public void writeAdapter(Path folder, String base, Optional<String> revision) throws IOException {
    List<AdapterFile> adapters = chain.adapters();
    if (adapters.isEmpty()) {
      throw new InvalidModelException(
          chain.model()
              + " is a whole model, not an adapter: all weights were trained, or lora.merge was true; leave --adapter out");
    }
    ModelConfig model = chain.config();
    int rank = adapters.stream().mapToInt(AdapterFile::rank).sum();
    double scale = adapters.get(adapters.size() - 1).scale();
    List<String> modules =
        model.products().stream().filter(chain.adaptedModules()::contains).toList();
    LoraConfig joined = new LoraConfig(rank, scale * rank, Optional.of(modules));

    Map<String, FloatFile.Tensor> tensors = new LinkedHashMap<>();
    for (Map.Entry<String, Shape> half : LoraAdapter.shapes(joined, modules, model).entrySet()) {
      String weight = half.getKey().replaceFirst("\\.lora_[AB]\\.weight$", ".weight");
      tensors.put(
          LoraAdapter.PEFT_PREFIX + half.getKey(),
          new FloatFile.Tensor(
              chain.weights().floatFormat(chain.weights().nameOf(weight, model)), half.getValue()));
    }
    FloatFile.write(
        folder.resolve(LoraAdapter.WEIGHTS),
        tensors,
        (name, sink) -> {
          int columns = Math.toIntExact(tensors.get(name).shape().get(1));
          String module = name.substring(LoraAdapter.PEFT_PREFIX.length());
          float[] values =
              module.endsWith(LoraAdapter.A)
                  ? stackedA(module.replace(LoraAdapter.A, ""), rank, columns)
                  : besideB(
                      module.replace(LoraAdapter.B, ""),
                      rank,
                      Math.toIntExact(tensors.get(name).shape().get(0)),
                      scale);
          sink.put(values, values.length);
        },
        METADATA);
    ObjectNode json = PeftConfig.json(joined, modules, model, base);
    revision.ifPresent(commit -> json.put("revision", commit));
    Files.writeString(folder.resolve(AdapterFolder.CONFIG), json.toPrettyString() + "\n");
    new ExportedFiles(chain)
        .write(
            folder,
            chain.weights().floatFormat(chain.weights().nameOf(model.tokenEmbedding(), model)));
  }

  /** [rank, in] */
  private float[] stackedA(String module, int rank, int in) throws IOException {
    float[] stacked = new float[rank * in];
    int row = 0;
    for (AdapterFile adapter : chain.adapters()) {
      if (adapter.modules().contains(module)) {
        float[] a = adapter.a(module);
        System.arraycopy(a, 0, stacked, row * in, a.length);
      }
      row += adapter.rank();
    }
    return stacked;
  }

  /** [out, rank] */
  private float[] besideB(String module, int rank, int out, double scale) throws IOException {
    float[] beside = new float[out * rank];
    int column = 0;
    for (AdapterFile adapter : chain.adapters()) {
      if (adapter.modules().contains(module)) {
        float[] b = adapter.b(module);
        float times = (float) (adapter.scale() / scale);
        for (int row = 0; row < out; row++) {
          for (int k = 0; k < adapter.rank(); k++) {
            beside[row * rank + column + k] = times * b[row * adapter.rank() + k];
          }
        }
      }
      column += adapter.rank();
    }
    return beside;
  }
}
