package io.gdpo.worker.trainjob;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.training.run.TrainCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ExampleOfATrainJobTest {
  private static final Path EXAMPLES = Path.of("../k8s/examples");

  @Test
  void what_the_trainjob_trains_is_a_job_of_the_worker() throws Exception {
    TrainingJob job =
        Json.EVENTS.readValue(EXAMPLES.resolve("trainjob-job.json").toFile(), TrainingJob.class);

    new TrainCommand().check(job);
    assertThat(job.model().problems("model")).isEmpty();
    assertThat(Files.readString(EXAMPLES.resolve("trainjob.yaml")))
        .contains("\"" + job.outputFolder() + "/job.json\"");
  }
}
