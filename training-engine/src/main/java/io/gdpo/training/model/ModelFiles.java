package io.gdpo.training.model;

import io.gdpo.lm.model.CausalLanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a run writes its model into a folder: whole, or only the low-rank updates that it trains.
 *
 * @param model the run's; stays its owner's
 * @param tokenizerJson goes into the folder
 * @param adapterBase where others find the model without its low-rank updates; empty if it has none
 * @param merges whether results are whole models even so
 */
public record ModelFiles(
    CausalLanguageModel model, Path tokenizerJson, Optional<String> adapterBase, boolean merges) {

  /** Writes what can be resumed from. */
  public void writeCheckpoint(Path folder) throws IOException {
    if (adapterBase.isPresent()) {
      model.saveAdapter(folder, tokenizerJson, adapterBase.get());
    } else {
      model.save(folder, tokenizerJson);
    }
  }

  /** Writes what others use. */
  public void writeResult(Path folder) throws IOException {
    if (merges) {
      model.save(folder, tokenizerJson);
    } else {
      writeCheckpoint(folder);
    }
  }
}
