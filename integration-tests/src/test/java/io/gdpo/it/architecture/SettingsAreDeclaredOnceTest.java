package io.gdpo.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.it.architecture.DeclaredSettings.Setting;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What can be set is declared at one place in the code, and the page tells what stands there. */
class SettingsAreDeclaredOnceTest {
  private static final Path PAGE = Path.of("../docs/reference/settings.md");

  private static final Path NAMES =
      Path.of("../platform/src/main/resources/META-INF/gdpo-settings.txt");

  /** A table of the page, which names the types whose settings it shows. */
  private static final Pattern TABLE =
      Pattern.compile("(<!-- settings: (.*) -->\n)[^<]*(<!-- end -->\n)");

  /** Code that asks for a setting by its name. */
  private static final Pattern READING =
      Pattern.compile(
          "(?:\\bname = |\\$\\{|getenv\\(|get[A-Z]\\w*\\()\"?((?:gdpo\\.|GDPO_)[\\w.-]+)");

  /** What the script gdpo tells its own program. */
  private static final Set<String> OF_THE_SCRIPT = Set.of("gdpo.root", "gdpo.terminal");

  private static final Pattern NAME =
      Pattern.compile("(?<![\\w./-])(?:gdpo(?:\\.[a-z][a-z-]*[a-z])+|GDPO(?:_[A-Z]+)+)");
  private static final Pattern TOPIC = Pattern.compile("\"(gdpo\\.[a-z]+)\"");

  private static DeclaredSettings declared;

  @BeforeAll
  static void readSources() throws IOException {
    declared = DeclaredSettings.read(Checkout.productionSources());
  }

  @Test
  void thePageOfSettingsTellsWhatTheCodeDeclares() throws IOException {
    String page = Files.readString(PAGE);
    List<String> shown = new ArrayList<>();
    String expected =
        TABLE
            .matcher(page)
            .replaceAll(
                table -> {
                  List<String> groups = List.of(table.group(2).split(", "));
                  shown.addAll(groups);
                  return Matcher.quoteReplacement(
                      table.group(1) + declared.table(groups) + table.group(3));
                });
    if (Boolean.getBoolean("gdpo.settings.write")) {
      Files.writeString(PAGE, expected);
      page = expected;
    }
    assertThat(shown)
        .as("the types in the lines '<!-- settings: TYPE, TYPE -->' of %s", PAGE)
        .containsExactlyInAnyOrderElementsOf(declared.groups().keySet());
    assertThat(page)
        .as(
            "the settings have changed; write their page anew with: mvn -pl integration-tests -am"
                + " test -Dtest=SettingsAreDeclaredOnceTest -Dsurefire.failIfNoSpecifiedTests=false"
                + " -Dgdpo.settings.write=true")
        .isEqualTo(expected);
  }

  /** By this file services know a name that is misspelt. */
  @Test
  void servicesKnowTheNamesOfAllSettings() throws IOException {
    String names =
        Stream.concat(
                Stream.of("# Written from the code, as docs/reference/settings.md is."),
                declared.all().stream().map(Setting::name).distinct().sorted())
            .collect(Collectors.joining("\n", "", "\n"));
    if (Boolean.getBoolean("gdpo.settings.write")) {
      Files.writeString(NAMES, names);
    }
    assertThat(NAMES).as("write it anew as the page of settings").hasContent(names);
  }

  @Test
  void noCodeAsksForASettingByItsName() throws IOException {
    List<String> asked = new ArrayList<>();
    for (Path source : Checkout.productionSources()) {
      READING
          .matcher(Files.readString(source))
          .results()
          .map(found -> found.group(1))
          .filter(name -> !OF_THE_SCRIPT.contains(name))
          .forEach(name -> asked.add(source.getFileName() + ": " + name));
    }
    assertThat(asked).as("inject a @ConfigMapping interface instead").isEmpty();
  }

  @Test
  void everyNameOfASettingInAFileIsDeclared() throws IOException {
    Set<String> known = new HashSet<>(topics());
    known.add("GDPO_KTO"); // a loss
    known.add("gdpo.md"); // a page of the docs
    known.add("gdpo.io"); // the domain of labels in Kubernetes
    Set<String> prefixes = new TreeSet<>();
    Set<String> named = new TreeSet<>(); // settings of which there are several, by names
    for (Setting setting : declared.all()) {
      if (setting.name().contains("NAME")) {
        String begin = setting.name().replaceFirst("(\\.NAME|\\[NAME]).*", ".");
        named.add(begin);
        named.add(begin.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_"));
        continue;
      }
      known.addAll(List.of(setting.name(), setting.variable()));
      if (setting.name().matches("gdpo\\..*\\..*")) {
        prefixes.add(Pattern.quote(setting.name().replaceFirst("[\\w-]*$", "")));
      }
    }
    // Java has words of its own that look like settings: meters, constants, packages.
    Pattern inJava =
        Pattern.compile(
            "(?<![\\w./-])(?:"
                + String.join("|", prefixes)
                + ")[a-z-]*[a-z](?:\\.[a-z-]*[a-z])*|(?<=[\"$])GDPO(?:_[A-Z]+)+");
    List<String> unknown = new ArrayList<>();
    for (Path file : files()) {
      (file.toString().endsWith(".java") ? inJava : NAME)
          .matcher(Files.readString(file))
          .results()
          .map(MatchResult::group)
          .filter(found -> !known.contains(found))
          .filter(found -> named.stream().noneMatch((found + ".")::startsWith))
          .forEach(found -> unknown.add(file + ": " + found));
    }
    assertThat(unknown).isEmpty();
  }

  private static List<String> topics() throws IOException {
    List<String> topics = new ArrayList<>();
    for (Path source : Checkout.productionSources()) {
      if (source.toString().contains("/contracts/topic/")) {
        TOPIC.matcher(Files.readString(source)).results().forEach(t -> topics.add(t.group(1)));
      }
    }
    return topics.stream().flatMap(topic -> Stream.of(topic, topic + ".dlq")).toList();
  }

  /** Everything that a person may read or write names in. */
  private static List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Path.of(".."),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            String name = folder.getFileName().toString();
            return name.equals("target") || name.matches("\\.[^.].*")
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.toString()
                .matches(".*(\\.(java|md|properties|sh|txt|ya?ml)|/gdpo|Dockerfile)")) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    return files;
  }
}
