package io.gdpo.it.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The compiled classes of every module beside this one. */
final class Checkout {
  private static final List<String> MODULES =
      List.of(
          "contracts",
          "artifacts",
          "artifact-s3",
          "causal-lm",
          "hugging-face-hub",
          "chat-client",
          "preference-data",
          "group-data",
          "training-engine",
          "evaluation-engine",
          "worker",
          "embedded-infrastructure",
          "platform",
          "kubernetes-launcher",
          "dataset-service",
          "trainer-service",
          "evaluator-service",
          "local-stack");

  private Checkout() {}

  /** All production classes; fails if a module has none, for then nothing would be checked. */
  static JavaClasses productionClasses() {
    List<Path> folders = MODULES.stream().map(m -> Path.of("..", m, "target", "classes")).toList();
    for (Path folder : folders) {
      if (!Files.isDirectory(folder.resolve("io/gdpo"))) {
        throw new IllegalStateException(
            folder.toAbsolutePath().normalize()
                + " holds no classes; compile all modules first (mvn test from the root does)");
      }
    }
    return new ClassFileImporter().importPaths(folders);
  }

  /** The Java files of every module, of programs and not of tests. */
  static List<Path> productionSources() throws IOException {
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(Checkout::sources)
          .toList();
    }
  }

  private static Stream<Path> sources(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new UncheckedIOException("The sources in " + folder + " cannot be listed", e);
    }
  }
}
