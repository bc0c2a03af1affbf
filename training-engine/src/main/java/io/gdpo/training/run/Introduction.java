package io.gdpo.training.run;

import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.Devices;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingPlan;
import java.util.Locale;

/** What a run says before its first step: what is trained, on what, and what it will need. */
record Introduction(
    TrainingJob job,
    CausalLanguageModel model,
    ExampleEncoder encoder,
    TrainingData data,
    TrainingPlan plan,
    MemoryEstimate estimate) {
  void say(ProgressLog progress) {
    progress.say(
        String.format(
            Locale.ROOT,
            "%s: %s on %d examples (%d for evaluation), %d parameters trained of %d, %d steps of %d examples, on %s in %s",
            job.jobId(),
            job.training().loss().label(),
            data.train().size(),
            data.eval().size(),
            model.trainable().count(),
            model.parameters().count(),
            plan.totalSteps(),
            plan.batchSize(),
            Devices.name(model.parameters().manager().getDevice()),
            job.training().computeDtype().label()));
    progress.say(TrainingResult.ESTIMATE + estimate);
    if (model.parameters().manager().getDevice().isGpu()) {
      progress.say(
          "on a GPU, a run that was interrupted ends with the numbers of one that was not up to rounding, not bit by bit");
    }
    boolean beliefs = data.train().get(0).tokens().belief().words() > 0;
    if (encoder.chatTemplate().isPresent() && !beliefs) {
      progress.say(
          "prompts and responses are written by the model's chat template (%s)"
              .formatted(encoder.chatTemplate().get()));
    } else if (encoder.bos().isPresent()) {
      progress.say("each prompt begins with " + encoder.bos().get());
    } else if (job.model() != null && job.model().isWithoutBos()) {
      progress.say("no prompt begins with a BOS token (model.bos: never)");
    }
    if (data.promptsCut() + data.responsesCut() > 0) {
      progress.say(
          String.format(
              Locale.ROOT,
              "cut to fit: %d prompts, %d responses",
              data.promptsCut(),
              data.responsesCut()));
    }
  }
}
