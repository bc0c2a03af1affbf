package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A class that fits a person's head, a package that fits a page. */
class RoomsAreNotTooLargeTest {
  private static final int MOST_LINES = 400;
  private static final int MOST_FILES = 25;

  @Test
  void noClassIsLongerThanFourHundredLines() throws IOException {
    Map<String, Long> tooLong = new TreeMap<>();
    for (Path source : Checkout.productionSources()) {
      try (Stream<String> lines = Files.lines(source)) {
        long count = lines.count();
        if (count > MOST_LINES) {
          tooLong.put(source.getFileName().toString(), count);
        }
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void noPackageHasMoreThanTwentyFiveFiles() throws IOException {
    Map<String, Integer> files = new TreeMap<>();
    for (Path source : Checkout.productionSources()) {
      String path = source.getParent().toString().replaceFirst(".*src/main/java/", "");
      files.merge(path, 1, Integer::sum);
    }
    files.values().removeIf(count -> count <= MOST_FILES);
    assertThat(files).isEmpty();
  }
}
