package io.gdpo.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextTailTest {
  @TempDir Path folder;

  @Test
  void aShortFileIsReadWhole() throws IOException {
    assertThat(TextTail.of(file("one\ntwo\n"), 10, 100)).containsExactly("one", "two");
  }

  @Test
  void onlyTheLastLinesAreGiven() throws IOException {
    assertThat(TextTail.of(file("one\ntwo\nthree\n"), 2, 100)).containsExactly("two", "three");
  }

  @Test
  void aLineThatBeginsBeforeTheLastBytesIsLeftOut() throws IOException {
    assertThat(TextTail.of(file("first line\nsecond\nthird\n"), 10, 15))
        .containsExactly("second", "third");
    assertThat(TextTail.of(file("one line that is longer than what is read"), 10, 15)).isEmpty();
  }

  @Test
  void aFileThatIsNotThereYetHasNoLines() throws IOException {
    assertThat(TextTail.of(folder.resolve("none"), 10, 100)).isEmpty();
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("text"), text);
  }
}
