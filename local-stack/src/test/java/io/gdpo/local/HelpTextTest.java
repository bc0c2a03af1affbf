package io.gdpo.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The script answers {@code --help} and {@code --version} from files, at once. */
class HelpTextTest {
  private static final Path HELP = Path.of("src/main/help");
  private static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

  @Test
  void theScriptsHelpIsThatOfTheCommandLine() throws IOException {
    for (Map.Entry<String, String> help : helps().entrySet()) {
      Path file = HELP.resolve(help.getKey() + ".txt");
      if (Boolean.getBoolean("gdpo.help.write")) {
        Files.createDirectories(HELP);
        Files.writeString(file, help.getValue());
      }
      assertThat(file)
          .as(
              "the help of '%s' has changed; write it anew with:"
                  + " mvn -pl local-stack -am test -Dtest=HelpTextTest"
                  + " -Dsurefire.failIfNoSpecifiedTests=false -Dgdpo.help.write=true",
              help.getKey())
          .hasContent(help.getValue());
    }
  }

  @Test
  void helpAndVersionNeedNoJavaNoMavenAndNoBuild(@TempDir Path clone) throws Exception {
    for (String file : List.of("gdpo", "pom.xml")) {
      Files.copy(CHECKOUT.resolve(file), clone.resolve(file));
    }
    Path help = Files.createDirectories(clone.resolve("local-stack/src/main/help"));
    for (String command : helps().keySet()) {
      Files.copy(HELP.resolve(command + ".txt"), help.resolve(command + ".txt"));
    }

    assertThat(run(clone, "--help")).isEqualTo(helps().get("gdpo"));
    assertThat(run(clone, "-h")).isEqualTo(helps().get("gdpo"));
    assertThat(run(clone, "help", "up")).isEqualTo(helps().get("up"));
    assertThat(run(clone, "demo", "--seed", "1", "--help")).isEqualTo(helps().get("demo"));
    assertThat(run(clone, "--version")).matches("gdpo \\d+\\.\\d+\\.\\d+\\S*\\n");
    assertThat(run(clone, "up")).as("anything else").contains("there is no java");
  }

  private static Map<String, String> helps() {
    CommandLine gdpo = Gdpo.commandLine();
    Map<String, String> helps = new TreeMap<>();
    helps.put("gdpo", gdpo.getUsageMessage(Ansi.OFF));
    gdpo.getSubcommands()
        .forEach((name, command) -> helps.put(name, command.getUsageMessage(Ansi.OFF)));
    return helps;
  }

  /** Runs the script where there is nothing but what every system has; output and errors. */
  private static String run(Path clone, String... arguments) throws Exception {
    Path tools = Files.createDirectories(clone.resolve("tools"));
    for (String tool : List.of("cat", "sed", "head", "dirname", "readlink", "locale")) {
      Path program = tools.resolve(tool);
      Files.writeString(program, "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    }
    List<String> command = new ArrayList<>(List.of("/bin/sh", clone.resolve("gdpo").toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", tools.toString());
    Process process = builder.start();
    String output =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return output;
  }
}
