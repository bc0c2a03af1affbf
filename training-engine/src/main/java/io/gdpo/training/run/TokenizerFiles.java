package io.gdpo.training.run;

import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.model.ModelSource;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The tokenizer's files that a job trains with and saves. A BOS that the experiment refuses is
 * taken out of them, so that later stages, evaluations and transformers put none there either.
 */
record TokenizerFiles(TrainingJob job, JobFolder folder) {
  Path of(ModelSource source) throws IOException {
    if (job.model() == null || !job.model().isWithoutBos()) {
      return source.tokenizer();
    }
    AtomicFiles.replace(
        folder.tokenizerWithoutBos(),
        temporary -> Tokenizer.copyWithoutBos(source.tokenizer(), temporary));
    return folder.tokenizerWithoutBos();
  }
}
