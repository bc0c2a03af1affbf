package io.gdpo.lm.export;

import ai.djl.ndarray.types.Shape;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A stored model as what it was made of: a whole model at the root, and the adapters that were
 * trained on it, one after the other. Reads files only; libtorch is not started. Owns the open
 * files.
 */
public final class AdapterChain implements AutoCloseable {
  /** The largest difference of two roundings of one sum, relative to the weights around it. */
  private static final float ROUNDING = 1e-4f;

  private final Path model;
  private final Path root;
  private final ModelConfig config;
  private final WeightFiles weights;
  private final List<AdapterFile> adapters = new ArrayList<>();

  private AdapterChain(Path model, Path root, ModelConfig config, WeightFiles weights) {
    this.model = model;
    this.root = root;
    this.config = config;
    this.weights = weights;
  }

  /** Tells from which model, if any, an adapter's base was merged. */
  @FunctionalInterface
  public interface Lineage {
    Optional<Path> mergedFrom(Path base) throws IOException;
  }

  /**
   * Follows a model to its root.
   *
   * @param model folder of a whole model or of an adapter
   * @throws InvalidModelException if a file cannot be used, or a base that is said to be merged
   *     from a chain is not that chain's sum
   */
  public static AdapterChain open(Path model, Lineage lineage) throws IOException {
    List<Path> newestFirst = new ArrayList<>();
    List<Path> merged = new ArrayList<>(); // beside each adapter: its base, if a merged copy
    Path at = model;
    Optional<Path> base = AdapterFolder.baseOf(at);
    while (base.isPresent()) {
      newestFirst.add(at);
      Optional<Path> parent = lineage.mergedFrom(base.get());
      merged.add(parent.isPresent() ? base.get() : null);
      at = parent.orElse(base.get());
      base = AdapterFolder.baseOf(at);
    }
    ModelConfig config = ModelConfig.load(at);
    AdapterChain chain =
        new AdapterChain(model, at, config, WeightFiles.open(at, config::isConstant));
    try {
      for (int i = newestFirst.size() - 1; i >= 0; i--) {
        if (merged.get(i) != null) {
          chain.requireSumIs(merged.get(i));
        }
        chain.adapters.add(AdapterFile.open(newestFirst.get(i), config));
      }
      return chain;
    } catch (IOException | RuntimeException e) {
      chain.close();
      throw e;
    }
  }

  /** Compares a row of each adapted weight: nothing is joined on a guess. */
  private void requireSumIs(Path merged) throws IOException {
    try (WeightFiles sum = WeightFiles.open(merged, config::isConstant)) {
      for (String module : adaptedModules()) {
        String weight = module + ".weight";
        int columns = Math.toIntExact(config.weights().get(weight).get(1));
        float[] found = new float[columns];
        float[] due = new float[columns];
        sum.readFloats(sum.nameOf(weight, config), 0, found, columns);
        weights.readFloats(weights.nameOf(weight, config), 0, due, columns);
        update(weight).addTo(due, 0, 1);
        float scale = 0;
        for (float value : due) {
          scale = Math.max(scale, Math.abs(value));
        }
        for (int j = 0; j < columns; j++) {
          if (!(Math.abs(found[j] - due[j]) <= ROUNDING * scale)) {
            throw new InvalidModelException(
                "%s should be %s with the adapters %s added, but %s differs (%s, not %s): a model below was changed since; export the whole model of the adapter's own base, or train again"
                    .formatted(merged, root, adapterFolders(), weight, found[j], due[j]));
          }
        }
      }
    }
  }

  /** The folder that was followed. */
  Path model() {
    return model;
  }

  /** The folder of the whole model that the first adapter was trained on. */
  public Path root() {
    return root;
  }

  /** The adapters' folders, the one that was trained first first; none for a whole model. */
  public List<Path> adapterFolders() {
    return adapters.stream().map(AdapterFile::folder).toList();
  }

  ModelConfig config() {
    return config;
  }

  /** The root's. */
  WeightFiles weights() {
    return weights;
  }

  List<AdapterFile> adapters() {
    return adapters;
  }

  /** Modules that at least one adapter adapts, by their full names. */
  Set<String> adaptedModules() {
    Set<String> modules = new LinkedHashSet<>();
    adapters.forEach(adapter -> modules.addAll(adapter.modules()));
    return modules;
  }

  /** What is added to a weight of the root; nothing where it is not adapted. */
  WeightUpdate update(String weight) throws IOException {
    Shape shape = config.weights().get(weight);
    return WeightUpdate.of(
        adapters,
        weight.replaceFirst("\\.weight$", ""),
        Math.toIntExact(shape.get(shape.dimension() - 1)),
        config.isStoredTransposed(weight));
  }

  @Override
  public void close() throws IOException {
    weights.close();
    for (AdapterFile adapter : adapters) {
      adapter.close();
    }
  }
}
