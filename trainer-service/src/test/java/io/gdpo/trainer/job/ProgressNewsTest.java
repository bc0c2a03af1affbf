package io.gdpo.trainer.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.job.TrainingProgress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Progress is read from a store that is no file system. */
class ProgressNewsTest {
  private final ArtifactStore store = Artifacts.at(URI.create("memory://" + UUID.randomUUID()));
  private final Pieces pieces = Pieces.at(store.uri("progress"));
  private final ProgressNews news = new ProgressNews();

  @Test
  void eachLineIsToldOnceAndInOrder() {
    piece(1, train(10), eval(10));
    assertThat(told(-1)).containsExactly("train 10", "eval 10");
    assertThat(told(-1)).isEmpty();
    piece(2, train(20));
    piece(3, eval(20), train(30));
    assertThat(told(-1)).containsExactly("train 20", "eval 20", "train 30");
  }

  @Test
  void whatTheNextAttemptRepeatsIsNoNews() {
    piece(1, train(10), eval(10), train(20));
    assertThat(told(-1)).hasSize(3);
    piece(2, train(20), eval(20), train(30));
    assertThat(told(-1)).containsExactly("eval 20", "train 30");
  }

  @Test
  void aServiceThatBeganAgainGoesOnBehindTheLastStepThatIsKnown() {
    piece(1, train(10), train(20));
    piece(2, train(30));
    assertThat(told(20)).containsExactly("train 30");
  }

  @Test
  void whatAnotherReplicaToldMeanwhileIsNoNews() {
    piece(1, train(10));
    assertThat(told(-1)).containsExactly("train 10");
    piece(2, train(20), train(30));
    assertThat(told(20)).containsExactly("train 30");
  }

  @Test
  void whatIsNotCommittedIsToldAgain() {
    piece(1, train(10));
    assertThat(news.of("job", pieces, ToldProgress.NOTHING).lines()).hasSize(1);
    assertThat(told(-1)).containsExactly("train 10");
    news.forget("job");
    assertThat(told(10)).isEmpty();
  }

  @Test
  void aLineOrPieceThatCannotBeReadIsPassedOver() {
    piece(1, "{\"phase\": \"tr", train(10));
    store.write("progress/000002.jsonl", new byte[5 << 20]);
    piece(3, train(30));
    assertThat(told(-1)).containsExactly("train 10", "train 30");
  }

  @Test
  void theLastTrainLineIsFoundBehindEvaluations() {
    assertThat(LastProgress.of(pieces)).isEmpty();
    piece(1, train(10), train(20), eval(20));
    piece(2, eval(25));
    assertThat(LastProgress.of(pieces)).map(TrainingProgress::step).contains(20L);
  }

  private List<String> told(long known) {
    ProgressNews.News since = news.of("job", pieces, new ToldProgress(null, known, false));
    news.told("job", since);
    return since.lines().stream().map(ProgressNewsTest::words).toList();
  }

  private static String words(TrainingProgress line) {
    return line.phase().label() + " " + line.step();
  }

  private void piece(int number, String... lines) {
    store.write(
        String.format(Locale.ROOT, "progress/%06d.jsonl", number),
        (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String train(int step) {
    return "{\"phase\": \"train\", \"step\": " + step + "}";
  }

  private static String eval(int step) {
    return "{\"phase\": \"eval\", \"step\": " + step + "}";
  }
}
