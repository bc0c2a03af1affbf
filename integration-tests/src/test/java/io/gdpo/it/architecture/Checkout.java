package io.gdpo.it.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The compiled classes of every module beside this one. */
final class Checkout {
  private static final List<String> MODULES =
      List.of(
          "contracts",
          "artifacts",
          "causal-lm",
          "hugging-face-hub",
          "preference-data",
          "group-data",
          "training-engine",
          "evaluation-engine",
          "worker",
          "embedded-infrastructure",
          "platform",
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
}
