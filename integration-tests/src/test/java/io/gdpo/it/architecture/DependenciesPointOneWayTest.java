package io.gdpo.it.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** ARCHITECTURE.md's table of modules, as a check. */
class DependenciesPointOneWayTest {
  private static JavaClasses production;

  @BeforeAll
  static void importClasses() {
    production = Checkout.productionClasses();
  }

  static Stream<Arguments> modulesAndWhatTheyMayKnow() {
    return Stream.of(
        arguments("contracts", List.of()),
        arguments("lm", List.of()),
        arguments("embedded", List.of()),
        arguments("data", List.of("contracts", "lm")),
        arguments("platform", List.of("contracts")),
        arguments("dataset", List.of("contracts", "lm", "data", "platform")),
        arguments("trainer", List.of("contracts", "lm", "data", "platform")),
        arguments("evaluator", List.of("contracts", "lm", "data", "platform")),
        arguments("local", List.of("contracts", "embedded")));
  }

  @ParameterizedTest(name = "{0} knows only {1}")
  @MethodSource("modulesAndWhatTheyMayKnow")
  void aModuleKnowsOnlyWhatItMayKnow(String module, List<String> known) {
    String[] allowed =
        Stream.concat(Stream.of(module), known.stream())
            .map(m -> "io.gdpo." + m + "..")
            .toArray(String[]::new);
    classes()
        .that(resideInAPackage("io.gdpo." + module + ".."))
        .should()
        .onlyDependOnClassesThat(
            resideOutsideOfPackage("io.gdpo..").or(resideInAnyPackage(allowed)))
        .check(production);
  }

  @Test
  void datasetServiceKnowsTokenizersButNoModels() {
    noClasses()
        .that(resideInAPackage("io.gdpo.dataset.."))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "io\\.gdpo\\.lm\\.(.*\\.)?(CausalLanguageModel|Sampler|ParameterStore|TorchScript.*)")
        .check(production);
  }

  @Test
  void librariesKnowNoFramework() {
    noClasses()
        .that(
            resideInAnyPackage(
                "io.gdpo.contracts..", "io.gdpo.lm..", "io.gdpo.data..", "io.gdpo.local.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("io.quarkus..", "jakarta..", "io.smallrye..", "org.hibernate.."))
        .check(production);
  }

  @Test
  void trainingKnowsNothingOfTheControlPlane() {
    noClasses()
        .that(resideInAnyPackage("io.gdpo.trainer.train..", "io.gdpo.trainer.objective.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.quarkus..",
                "jakarta..",
                "io.smallrye..",
                "org.hibernate..",
                "io.gdpo.trainer.experiment.."))
        .check(production);
  }

  @ParameterizedTest(name = "packages of {0}")
  @MethodSource("modulesAndWhatTheyMayKnow")
  void packagesOfAModuleFormNoCycle(String module) {
    slices()
        .matching("io.gdpo." + module + ".(*)..")
        .should()
        .beFreeOfCycles()
        .allowEmptyShould(true)
        .check(production);
  }
}
