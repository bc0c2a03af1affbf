package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A class that fits a person's head, a package that fits a page. A class that is better left in one
 * piece says why in its Javadoc, in a sentence that begins with {@value #REASON}.
 */
class RoomsAreNotTooLargeTest {
  private static final int MOST_LINES = 400;
  private static final int LINES_WITHOUT_REASON = 300;
  private static final int MOST_FILES = 25;
  private static final String REASON = "One class because";

  @Test
  void noClassIsLongerThanFourHundredLines() throws IOException {
    assertThat(longerThan(MOST_LINES)).isEmpty();
  }

  @Test
  void aClassOfMoreThanThreeHundredLinesSaysWhyItIsOne() throws IOException {
    Map<String, List<String>> withoutReason = longerThan(LINES_WITHOUT_REASON);
    withoutReason.values().removeIf(RoomsAreNotTooLargeTest::givesReason);
    assertThat(withoutReason.keySet())
        .as("longer than %d lines: cut it, or say why not: %s ...", LINES_WITHOUT_REASON, REASON)
        .isEmpty();
  }

  private static Map<String, List<String>> longerThan(int most) throws IOException {
    Map<String, List<String>> longer = new TreeMap<>();
    for (Path source : Checkout.productionSources()) {
      List<String> lines = Files.readAllLines(source);
      if (lines.size() > most) {
        longer.put(source.getFileName().toString(), lines);
      }
    }
    return longer;
  }

  /** Whether the first Javadoc, which is the class's, gives one. */
  private static boolean givesReason(List<String> lines) {
    return lines.stream()
        .dropWhile(line -> !line.startsWith("/**"))
        .takeWhile(line -> line.startsWith("/**") || line.startsWith(" *"))
        .map(line -> line.replaceFirst("^[/ *]+", ""))
        .collect(Collectors.joining(" "))
        .contains(REASON);
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
