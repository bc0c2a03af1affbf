package io.gdpo.artifacts.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PiecesTest {
  private final ArtifactStore store =
      Artifacts.at(URI.create("memory://" + UUID.randomUUID() + "/job"));
  private final Pieces pieces = Pieces.at(store.uri("progress"));
  private final AtomicLong now = new AtomicLong(42);

  @Test
  void theFirstLineIsSeenAtOnceAndTheNextTogetherALittleLater() {
    PieceWriter writer = writer();
    writer.add("one");
    writer.add("two");
    pass(Duration.ofMillis(999));
    writer.add("three");
    assertThat(texts()).containsExactly("one\n");

    pass(Duration.ofMillis(1));
    writer.writeIfDue();
    writer.writeIfDue();
    assertThat(texts()).containsExactly("one\n", "two\nthree\n");
  }

  @Test
  void aLongProcessWritesOnePieceInTenSecondsAtMost() {
    PieceWriter writer = writer();
    for (int second = 0; second <= 3600; second++) {
      writer.add("a line each second");
      pass(Duration.ofSeconds(1));
    }
    assertThat(pieces.numbersAfter(0)).hasSizeBetween(360, 366);
    assertThat(pieces.read(300).lines()).hasSize(10);
  }

  @Test
  void theEndIsToldWhenTheWriterIsClosed() {
    try (PieceWriter writer = writer()) {
      writer.add("one");
      writer.add("two");
      writer.flush();
      writer.flush();
      writer.add("three");
    }
    assertThat(texts()).containsExactly("one\n", "two\n", "three\n");
  }

  @Test
  void aLaterAttemptGoesOnBehindTheNumbersOfTheOneBefore() {
    writer().add("one");
    store.write("progress/000009.jsonl", "nine\n".getBytes(StandardCharsets.UTF_8));
    store.write("progress/notes.txt", new byte[1]);

    writer().add("two");

    assertThat(pieces.numbersAfter(0)).containsExactly(1L, 9L, 10L);
    assertThat(pieces.numbersAfter(9)).containsExactly(10L);
    assertThat(pieces.read(10).lines()).containsExactly("two");
  }

  @Test
  void aFullPieceDoesNotWait() {
    PieceWriter writer = writer();
    writer.add("one");
    String half = "x".repeat(200 * 1024);
    writer.add(half);
    assertThat(pieces.numbersAfter(0)).hasSize(1);
    writer.add(half);
    assertThat(pieces.numbersAfter(0)).hasSize(2);
  }

  private PieceWriter writer() {
    return new PieceWriter(store, "progress", now::get);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }

  private List<String> texts() {
    return pieces.numbersAfter(0).stream().map(number -> pieces.read(number).text()).toList();
  }
}
