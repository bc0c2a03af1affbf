package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.state.Phase;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.memory.AvailableMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses that are judged by themselves: what can be trained on them, and what cannot. */
class JudgedTrainingTest {
  @TempDir private Path temporary;
  private SmallGroup asPairs;
  private SmallGroup judged;

  @BeforeEach
  void write() throws IOException {
    asPairs = SmallGroup.in(temporary.resolve("pairs")).withoutBeliefs();
    judged = SmallGroup.in(temporary.resolve("judged")).judged();
  }

  @Test
  void kto_learns_of_pairs_what_it_learns_of_their_responses_one_by_one() throws IOException {
    Map<String, Object> settings =
        Map.of("loss", "kto", "epochs", 3, "desirable_weight", 1.0, "undesirable_weight", 0.5);
    TrainingJob ofPairs = asPairs.job("job", with(settings, "batch_size", 24));
    TrainingJob ofJudged = judged.job("job", with(settings, "batch_size", 48));

    train(asPairs, ofPairs);
    train(judged, ofJudged);

    List<Map<String, Double>> expected = asPairs.metrics(ofPairs, Phase.EVAL);
    List<Map<String, Double>> evals = judged.metrics(ofJudged, Phase.EVAL);
    assertThat(evals).hasSameSizeAs(expected);
    for (int i = 0; i < evals.size(); i++) {
      Map<String, Double> pairs = expected.get(i);
      assertThat(evals.get(i)).doesNotContainKeys("rewards/accuracy", "jsd");
      evals
          .get(i)
          .forEach(
              (name, value) -> assertThat(value).as(name).isCloseTo(pairs.get(name), within(1e-4)));
      assertThat(evals.get(i)).containsKeys("loss", "rewards/margin", "reference_kl", "nll");
    }
    assertThat(evals.get(3).get("loss")).isLessThan(evals.get(0).get("loss") - 0.01);
    assertThat(evals.get(3).get("reference_kl")).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"all", "last-per-prompt"})
  void sft_learns_from_the_good_ones_only(String targets) throws IOException {
    Map<String, Object> settings = Map.of("loss", "sft", "targets", targets);
    TrainingJob ofPairs = asPairs.job("job", settings);
    TrainingJob ofJudged = judged.job("job", settings);

    train(asPairs, ofPairs);
    train(judged, ofJudged);

    assertThat(judged.metrics(ofJudged, Phase.EVAL))
        .isEqualTo(asPairs.metrics(ofPairs, Phase.EVAL));
  }

  @Test
  void sft_needs_a_good_one_in_each_split() {
    List<PreferenceExample> bad =
        List.of(PreferenceExample.ofJudged("Tea?", "unpaired", "No.", false, ""));
    List<PreferenceExample> good =
        List.of(PreferenceExample.ofJudged("Tea?", "unpaired", "Yes.", true, ""));
    assertThatThrownBy(() -> TrainingData.requireFor(Loss.SFT, good, bad))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("loss sft learns from good responses only, and a split");
  }

  @Test
  void pairs_and_judged_responses_do_not_mix() {
    List<PreferenceExample> mixed =
        List.of(
            PreferenceExample.ofJudged("Tea?", "unpaired", "No.", false, ""),
            PreferenceExample.ofPair("Tea?", "pairs", "Yes.", "No.", ""));
    assertThatThrownBy(() -> TrainingData.requireFor(Loss.KTO, mixed, mixed))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessage(
            "one example is a response that is judged by itself and another is a pair without"
                + " beliefs; a dataset is of one kind");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SFT", "KTO"},
      mode = EnumSource.Mode.EXCLUDE)
  void losses_that_need_more_are_refused_in_one_sentence(Loss loss) {
    boolean beliefs = loss.needs(Loss.Need.BELIEFS);
    List<PreferenceExample> split = PreferenceDataset.read(judged.dataset(), Split.EVAL);
    assertThatThrownBy(() -> TrainingData.requireFor(loss, split, split))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessage(
            "loss "
                + loss.label()
                + (beliefs ? " needs beliefs" : " needs pairs")
                + ", and each example of this dataset is a response that is judged by itself. Take"
                + " sft, kto, or a dataset of "
                + (beliefs ? "opinions" : "pairs"));
  }

  private static Map<String, Object> with(Map<String, Object> settings, String name, int value) {
    Map<String, Object> all = new HashMap<>(settings);
    all.put(name, value);
    return all;
  }

  private static void train(SmallGroup group, TrainingJob job) throws IOException {
    Path folder = Files.createDirectories(group.folder(job).root());
    new TrainingRun(
            job,
            JobWorkspace.in(folder),
            new PrintStream(OutputStream.nullOutputStream()),
            () -> false,
            AvailableMemory.ofMachine())
        .run();
  }
}
