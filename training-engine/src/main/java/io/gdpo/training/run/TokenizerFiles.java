package io.gdpo.training.run;

import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.training.model.ModelSource;
import io.gdpo.training.model.PromptFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The tokenizer's files that a job trains with and saves: the start model's, or what the experiment
 * makes of them ({@link PromptFiles}).
 */
record TokenizerFiles(TrainingJob job, JobFolder folder) {
  Path of(ModelSource source) throws IOException {
    if (job.model() == null || !PromptFiles.areChanged(job.model())) {
      return source.tokenizer();
    }
    AtomicFiles.replace(
        folder.changedTokenizer(),
        temporary -> PromptFiles.write(job.model(), source.tokenizer(), temporary));
    return folder.changedTokenizer();
  }
}
