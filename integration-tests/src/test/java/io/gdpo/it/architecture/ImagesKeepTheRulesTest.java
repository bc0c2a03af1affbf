package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What can be seen of the container images without building them; tools/images looks at the rest.
 */
class ImagesKeepTheRulesTest {
  private static final Path ROOT = Path.of("..");
  private static final Pattern BASE_IMAGE = Pattern.compile("(?m)^ARG [A-Z]+_IMAGE=\"(.*)\"");
  private static final Pattern FROM = Pattern.compile("(?m)^FROM (\\S+)(?: AS (\\S+))?");
  private static final Pattern USER = Pattern.compile("(?m)^USER (.*)");
  private static final Pattern ENTRYPOINT = Pattern.compile("(?m)^ENTRYPOINT (.).*");
  private static final Pattern BUILD =
      Pattern.compile(
          "FROM \\$\\{MAVEN_IMAGE} AS build\n.*?(?=\n(?:#[^\n]*\n)*FROM )", Pattern.DOTALL);
  private static final Pattern VERSION = Pattern.compile(".+:(jdk-)?\\d[\\w.+-]*");

  @Test
  void everyImageIsRunByANumberedUserWhoIsNotRoot() throws IOException {
    assertThat(images())
        .allSatisfy(image -> assertThat(last(USER, image, 1)).matches("[1-9]\\d*:[1-9]\\d*"));
  }

  @Test
  void everyImageStartsItsProgramWithoutAShellBetweenItAndItsSignals() throws IOException {
    assertThat(images()).allSatisfy(image -> assertThat(last(ENTRYPOINT, image, 1)).isEqualTo("["));
  }

  @Test
  void everyBaseImageIsNamedByItsVersionAsAnArgument() throws IOException {
    for (Map.Entry<String, String> file : dockerfiles().entrySet()) {
      List<String> bases = all(BASE_IMAGE, file.getValue()).map(m -> m.group(1)).toList();
      assertThat(bases).as(file.getKey()).isNotEmpty().allMatch(VERSION.asMatchPredicate());
      List<String> stages = all(FROM, file.getValue()).map(m -> m.group(2)).toList();
      assertThat(all(FROM, file.getValue()).map(m -> m.group(1)))
          .as(file.getKey())
          .allMatch(from -> from.matches("\\$\\{[A-Z]+_IMAGE}") || stages.contains(from));
    }
  }

  @Test
  void whatMavenBuildsIsTheSameStageInEveryDockerfileSoThatItIsBuiltOnce() throws IOException {
    Map<String, String> stages = ofEach(file -> last(BUILD, file, 0));
    assertThat(stages).hasSize(4);
    assertThat(stages.values())
        .doesNotContain("")
        .containsOnly(stages.get("worker-cpu.Dockerfile"));
  }

  @Test
  void librariesAndServersAreThoseOfTheBuild() throws IOException {
    assertThat(dockerfiles().get("worker-cuda.Dockerfile"))
        .contains("ARG TORCH=\"torch==" + version("libtorch") + "\"");
    assertThat(read(ROOT.resolve("compose.yaml")))
        .contains("apache/kafka:" + version("kafka"))
        .contains("/postgres:" + version("postgres-binaries").replaceFirst("\\..*", "") + ".");
  }

  private static String version(String property) {
    return last(
        Pattern.compile("<" + property + "\\.version>(.*)<"), read(ROOT.resolve("pom.xml")), 1);
  }

  /** The stages that are run: those that start something. */
  private static List<String> images() throws IOException {
    List<String> images =
        dockerfiles().values().stream()
            .flatMap(text -> Stream.of(text.split("(?m)^FROM ")))
            .filter(stage -> stage.contains("ENTRYPOINT"))
            .toList();
    assertThat(images).hasSizeGreaterThanOrEqualTo(dockerfiles().size());
    return images;
  }

  private static <T> Map<String, T> ofEach(Function<String, T> what) throws IOException {
    Map<String, T> found = new TreeMap<>();
    dockerfiles().forEach((name, text) -> found.put(name, what.apply(text)));
    return found;
  }

  private static Map<String, String> dockerfiles() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("docker"))) {
      Map<String, String> texts =
          files
              .filter(file -> file.toString().endsWith(".Dockerfile"))
              .collect(
                  Collectors.toMap(
                      file -> file.getFileName().toString(), ImagesKeepTheRulesTest::read));
      assertThat(texts).isNotEmpty();
      return texts;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read", e);
    }
  }

  private static Stream<MatchResult> all(Pattern pattern, String text) {
    return pattern.matcher(text).results();
  }

  /** A group of the last match; empty without one. */
  private static String last(Pattern pattern, String text, int group) {
    return all(pattern, text).reduce((before, after) -> after).map(m -> m.group(group)).orElse("");
  }
}
