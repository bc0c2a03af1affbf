package io.gdpo.it.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        arguments("artifacts", List.of("contracts")),
        arguments("s3", List.of("contracts", "artifacts")),
        arguments("lm", List.of()),
        arguments("hub", List.of()),
        arguments("chat", List.of()),
        arguments("embedded", List.of()),
        arguments("data", List.of("contracts", "lm")),
        arguments("group", List.of("contracts", "artifacts", "lm", "hub", "data", "chat")),
        arguments("training", List.of("contracts", "artifacts", "lm", "hub", "data")),
        arguments("evaluation", List.of("contracts", "artifacts", "lm", "data")),
        arguments("worker", List.of("contracts", "artifacts", "group", "training", "evaluation")),
        arguments("platform", List.of("contracts", "artifacts")),
        arguments("kubernetes", List.of("contracts", "artifacts", "platform")),
        arguments("dataset", List.of("contracts", "artifacts", "platform")),
        arguments("trainer", List.of("contracts", "artifacts", "platform")),
        arguments("evaluator", List.of("contracts", "artifacts", "platform")),
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
  void whatDataIsMadeOfKnowsTokenizersButNoModels() {
    noClasses()
        .that(resideInAPackage("io.gdpo.group.."))
        .should()
        .dependOnClassesThat()
        .haveNameMatching(
            "io\\.gdpo\\.lm\\.(.*\\.)?(CausalLanguageModel|Sampler|ParameterStore|TorchScript.*)")
        .check(production);
  }

  @Test
  void onlyControlPlanesKnowAFramework() {
    noClasses()
        .that(
            JavaClass.Predicates.resideOutsideOfPackages(
                "io.gdpo.platform..",
                "io.gdpo.kubernetes..",
                "io.gdpo.dataset..",
                "io.gdpo.trainer..",
                "io.gdpo.evaluator..",
                "io.gdpo.embedded.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "io.quarkus..",
                "jakarta..",
                "io.smallrye..",
                "org.hibernate..",
                "org.apache.kafka..",
                "java.sql.."))
        .because("a worker's class path holds none; DuckDB alone is asked by JDBC")
        .check(withoutDuckDb());
  }

  @Test
  void onlyTheLauncherOfJobsAndTheCustomResourceKnowKubernetes() {
    noClasses()
        .that(
            JavaClass.Predicates.resideOutsideOfPackages(
                "io.gdpo.kubernetes..", "io.gdpo.trainer.customresource.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("io.fabric8.."))
        .because("a service is configured to launch Jobs, and knows no more of it")
        .check(production);
  }

  @ParameterizedTest
  @ValueSource(strings = {"io.gdpo.kubernetes..", "io.gdpo.s3.."})
  void nobodyKnowsALauncherOrAStoreByName(String module) {
    noClasses()
        .that(resideOutsideOfPackage(module))
        .should()
        .dependOnClassesThat(resideInAnyPackage(module))
        .because("it is chosen by a setting")
        .check(production);
  }

  @Test
  void onlyTheStoreInS3KnowsAws() {
    noClasses()
        .that(resideOutsideOfPackage("io.gdpo.s3.."))
        .should()
        .dependOnClassesThat(resideInAnyPackage("software.amazon.."))
        .because("where artifacts lie is an address")
        .check(production);
  }

  private static JavaClasses withoutDuckDb() {
    return production.that(
        DescribedPredicate.not(resideInAnyPackage("io.gdpo.data..", "io.gdpo.group.examples..")));
  }

  @Test
  void theFloorsOfTheTrainingEngineAreGoneDownOnly() {
    layeredArchitecture()
        .consideringOnlyDependenciesInAnyPackage("io.gdpo.training..")
        .layer("objective")
        .definedBy("io.gdpo.training.objective..")
        .layer("batch")
        .definedBy("io.gdpo.training.batch..")
        .layer("model")
        .definedBy("io.gdpo.training.model..")
        .layer("checkpoint")
        .definedBy("io.gdpo.training.checkpoint..")
        .layer("step")
        .definedBy("io.gdpo.training.step..")
        .layer("memory")
        .definedBy("io.gdpo.training.memory..")
        .layer("run")
        .definedBy("io.gdpo.training.run..")
        .layer("commands")
        .definedBy("io.gdpo.training.plan..", "io.gdpo.training.export..")
        .whereLayer("objective")
        .mayOnlyBeAccessedByLayers(
            "batch", "model", "checkpoint", "step", "memory", "run", "commands")
        .whereLayer("batch")
        .mayOnlyBeAccessedByLayers("model", "checkpoint", "step", "memory", "run", "commands")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("checkpoint", "step", "memory", "run", "commands")
        .whereLayer("checkpoint")
        .mayOnlyBeAccessedByLayers("step", "memory", "run")
        .whereLayer("step")
        .mayOnlyBeAccessedByLayers("memory", "run")
        .whereLayer("memory")
        .mayOnlyBeAccessedByLayers("run", "commands")
        .whereLayer("run")
        .mayNotBeAccessedByAnyLayer()
        .check(production);
  }

  /** Every package is a room of its own, a module's root among them. */
  @Test
  void packagesFormNoCircle() {
    slices().matching("io.gdpo.(**)").should().beFreeOfCycles().check(production);
  }
}
