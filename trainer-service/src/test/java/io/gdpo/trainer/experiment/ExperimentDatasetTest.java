package io.gdpo.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExperimentDatasetTest {
  private static final String BRANCH = "hf://datasets/a/b/train.jsonl";

  private static DatasetRequested request(String address, String sha256) throws IOException {
    Experiment experiment = new Experiment();
    experiment.name = "x";
    experiment.spec =
        Json.SPECS.readValue(
            """
            {"name": "x", "dataset": {"examples": "%s"}, "model": {"path": "file:/m"},
             "stages": [{"name": "sft", "training": {"loss": "sft"}}]}"""
                .formatted(BRANCH),
            ExperimentSpec.class);
    return ExperimentDataset.request(
        experiment,
        Optional.ofNullable(sha256)
            .map(it -> ExperimentPlan.ofProblems(List.of()).withSource(it, address)));
  }

  @Test
  void whatThePlanReadIsWhatIsBuiltWhereverTheBranchGoes() throws IOException {
    String one = "hf://datasets/a/b@" + "1".repeat(40) + "/train.jsonl";
    String other = "hf://datasets/a/b@" + "2".repeat(40) + "/train.jsonl";

    assertThat(request(one, "hash").spec().examples()).isEqualTo(one);
    assertThat(request(one, "hash").spec().tokenizer()).isEqualTo("file:/m/tokenizer.json");
    assertThat(request(one, "hash").datasetId())
        .isEqualTo(request(one, "hash").datasetId())
        .isNotEqualTo(request(other, "hash").datasetId())
        .isNotEqualTo(request(one, "another hash").datasetId());
  }

  @Test
  void withoutAPlanTheBranchIsBuiltAsADatasetOfItsOwn() throws IOException {
    DatasetRequested request = request(null, null);

    assertThat(request.spec().examples()).isEqualTo(BRANCH);
    assertThat(request.sourceSha256()).isNull();
    assertThat(request.datasetId()).startsWith("x-");
  }
}
