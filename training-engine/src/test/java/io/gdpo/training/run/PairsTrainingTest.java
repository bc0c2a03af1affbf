package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Votes;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.state.Phase;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.memory.AvailableMemory;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Pairs that tell no beliefs: what can be trained on them, and what cannot. */
class PairsTrainingTest {
  @TempDir private Path temporary;
  private SmallGroup group;

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary).withoutBeliefs();
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SFT", "DPO", "IPO", "SPL", "SIMPO", "ORPO", "KTO"})
  void losses_that_need_no_beliefs_learn_from_pairs(Loss loss) throws IOException {
    TrainingJob job = group.job("job", Map.of("loss", loss.label(), "epochs", 4));

    train(job);

    List<Map<String, Double>> evals = group.metrics(job, Phase.EVAL);
    assertThat(evals.get(evals.size() - 1).get("loss"))
        .isFinite()
        .isLessThan(evals.get(0).get("loss"));
    assertThat(evals.get(0)).doesNotContainKeys("jsd", "belief_mass", "kl", "imitation");
    assertThat(evals.get(0).keySet())
        .noneMatch(metric -> metric.endsWith("_majority") || metric.endsWith("_minority"));
    if (loss.readsRejected()) {
      assertThat(evals.get(0)).containsKeys("rewards/margin", "rewards/accuracy");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"BELIEF_DPO", "BELIEF_SFT", "GDPO", "GDPO_KTO"})
  void losses_that_need_beliefs_are_refused_in_one_sentence(Loss loss) {
    TrainingJob job = group.job("job", Map.of("loss", loss.label()));

    assertThatThrownBy(() -> train(job))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessage(
            "loss "
                + loss.label()
                + " needs beliefs, and each example of this dataset is a pair without beliefs. Take"
                + " sft, dpo, ipo, spl, simpo, orpo, kto, or a dataset of opinions");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SOFT_DPO", "GEOMETRIC_DPO"})
  void losses_of_shares_need_votes_and_learn_nothing_from_an_even_split(Loss loss)
      throws IOException {
    assertThatThrownBy(() -> train(group.job("job", Map.of("loss", loss.label()))))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessage(
            "loss "
                + loss.label()
                + " needs to know how many people prefer which response, and an example of this"
                + " dataset has no votes. Take sft, dpo, ipo, spl, simpo, orpo, kto, or a dataset of"
                + " votes or opinions");

    double clear = marginAfter(loss, new Votes(9, 1, 0));
    assertThat(clear).isGreaterThan(0.5);
    assertThat(marginAfter(loss, new Votes(1, 1, 3))).isCloseTo(0, within(clear / 10));
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SFT", "GDPO", "GDPO_KTO"})
  void reviews_are_learnt_from_by_their_ratings(Loss loss) throws IOException {
    group.reviews();
    TrainingJob job = group.job("job", Map.of("loss", loss.label(), "epochs", 4));

    train(job);

    List<Map<String, Double>> evals = group.metrics(job, Phase.EVAL);
    Map<String, Double> last = evals.get(evals.size() - 1);
    assertThat(last.get("loss")).isLessThan(evals.get(0).get("loss"));
    assertThat(last.get("belief_mass")).isGreaterThan(evals.get(0).get("belief_mass"));
    assertThat(last.get("imitation")).isLessThan(evals.get(0).get("imitation"));
  }

  @Test
  void what_was_interrupted_ends_as_what_was_not() throws IOException {
    TrainingJob whole = group.job("whole", Map.of("loss", "dpo"));
    train(whole);
    TrainingJob halves = group.job("halves", Map.of("loss", "dpo"));
    int[] steps = {0};
    run(halves, () -> ++steps[0] > 6);
    train(halves);

    assertThat(group.metrics(halves, Phase.EVAL)).isEqualTo(group.metrics(whole, Phase.EVAL));
  }

  /** By how much the preferred responses are rewarded more after training on so many votes each. */
  private double marginAfter(Loss loss, Votes votes) throws IOException {
    new PreferenceDataset(voted(24, 1, votes), voted(8, 2, votes), voted(4, 3, votes))
        .write(group.dataset());
    TrainingJob job =
        group.job("votes-" + votes.chosen(), Map.of("loss", loss.label(), "epochs", 4));
    train(job);
    List<Map<String, Double>> evals = group.metrics(job, Phase.EVAL);
    return evals.get(evals.size() - 1).get("rewards/margin");
  }

  private static List<PreferenceExample> voted(int count, long seed, Votes votes) {
    return SmallGroup.examples(count, seed).stream()
        .map(
            it ->
                PreferenceExample.ofVotes(
                    it.prompt(), "votes", it.chosen(), it.rejected(), votes, ""))
        .toList();
  }

  private void train(TrainingJob job) throws IOException {
    run(job, () -> false);
  }

  private void run(TrainingJob job, BooleanSupplier stop) throws IOException {
    Path folder = Files.createDirectories(group.folder(job).root());
    new TrainingRun(
            job,
            JobWorkspace.in(folder),
            new PrintStream(OutputStream.nullOutputStream()),
            stop,
            AvailableMemory.ofMachine())
        .run();
  }
}
