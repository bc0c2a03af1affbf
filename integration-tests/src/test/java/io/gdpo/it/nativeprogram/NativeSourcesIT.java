package io.gdpo.it.nativeprogram;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.gdpo.contracts.topic.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Modifier;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a native program of each service will find at run time, read from what its compiler is
 * given: that needs no compiler. A type that is missing there does not stop the program from
 * starting, and its health says UP.
 */
class NativeSourcesIT {
  /** Of the model of Kubernetes: an interface, and what is sent as the text that it names. */
  private static final List<String> NEVER_JSON =
      List.of(
          "io.fabric8.kubernetes.api.model.HasMetadata",
          "io.fabric8.kubernetes.api.model.DeletionPropagation");

  /** The services, each read once. */
  enum Service {
    DATASET("dataset-service"),
    TRAINER("trainer-service"),
    EVALUATOR("evaluator-service");

    private final String label;
    private final NativeSources sources;

    Service(String label) {
      this.label = label;
      this.sources = NativeSources.of(label);
    }
  }

  @ParameterizedTest
  @EnumSource
  void everythingThatCrossesAProcessCanBeReadAndWritten(Service service) {
    List<String> contracts =
        service.sources.ownClasses().stream()
            .filter(name -> name.startsWith("io.gdpo.contracts."))
            .toList();

    assertThat(contracts)
        .containsAll(Stream.of(EventType.values()).map(e -> e.eventClass().getName()).toList())
        .hasSizeGreaterThan(100)
        .allMatch(service.sources::knows);
  }

  @ParameterizedTest
  @EnumSource
  void everyRecordAndEnumOfOursCanBeReadAndWritten(Service service) throws IOException {
    List<String> values = ownClasses(service, type -> type.isRecord() || type.isEnum());

    assertThat(values)
        .contains("io.gdpo.platform.problem.Problem")
        .hasSizeGreaterThan(100)
        .allMatch(service.sources::knows);
  }

  @ParameterizedTest
  @EnumSource
  void everyProviderOfAServiceOfOursIsFound(Service service) throws IOException {
    List<String> files = service.sources.resources("META-INF/services/io.gdpo.");

    assertThat(files)
        .contains("META-INF/services/io.gdpo.artifacts.ArtifactScheme")
        .allMatch(service.sources::includes);
    for (String file : files) {
      assertThat(service.sources.providers(file)).isNotEmpty().allMatch(service.sources::makes);
    }
    assertThat(service.sources.providers("META-INF/services/io.gdpo.artifacts.ArtifactScheme"))
        .anyMatch(provider -> provider.startsWith("io.gdpo.s3."));
  }

  @ParameterizedTest
  @EnumSource
  void everyMigrationIsIncluded(Service service) {
    assertThat(service.sources.resources("db/"))
        .contains("db/platform/V0_1__outbox_and_inbox.sql")
        .anyMatch(file -> file.startsWith("db/migration/V1__"))
        .allMatch(service.sources::includes);
    assertThat(service.sources.includes("META-INF/services/org.flywaydb.core.extensibility.Plugin"))
        .isTrue();
    assertThat(service.sources.makes("org.flywaydb.database.postgresql.PostgreSQLDatabaseType"))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsMadeByNameIsRegistered(Service service) {
    assertThat(
            List.of(
                "org.postgresql.Driver",
                "org.apache.kafka.common.serialization.ByteArrayDeserializer",
                "org.apache.kafka.common.serialization.ByteArraySerializer",
                "org.apache.kafka.common.serialization.StringDeserializer",
                "org.apache.kafka.common.serialization.StringSerializer",
                "software.amazon.awssdk.http.urlconnection.UrlConnectionSdkHttpService",
                "software.amazon.awssdk.services.sts.internal.StsWebIdentityCredentialsProviderFactory"))
        .allMatch(service.sources::makes);
    assertThat(
            service.sources.includes(
                "META-INF/services/software.amazon.awssdk.http.SdkHttpService"))
        .isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsUsedOfTheModelOfKubernetesCanBeReadAndWritten(Service service) {
    List<String> model =
        new ClassFileImporter()
                .importPaths(
                    Path.of("../kubernetes-launcher/target/classes"),
                    Path.of("..", service.label, "target", "classes"))
                .stream()
                .flatMap(own -> own.getDirectDependenciesFromSelf().stream())
                .map(Dependency::getTargetClass)
                .filter(used -> used.getPackageName().startsWith("io.fabric8.kubernetes.api.model"))
                .map(used -> used.getName().replaceFirst("(Builder|Fluent).*", ""))
                .filter(used -> !used.contains("[") && !used.contains("$"))
                .distinct()
                .toList();

    assertThat(model)
        .contains(
            "io.fabric8.kubernetes.api.model.batch.v1.Job", "io.fabric8.kubernetes.api.model.Pod")
        .filteredOn(type -> !NEVER_JSON.contains(type))
        .allMatch(service.sources::knowsOnceReached);
  }

  @ParameterizedTest
  @EnumSource(names = "EVALUATOR")
  void theReportsTemplateScriptsAndStylesAreIncluded(Service service) {
    assertThat(service.sources.resources("report/")).hasSize(2).allMatch(service.sources::includes);
    assertThat(service.sources.resources("templates/"))
        .containsExactly("templates/report.html")
        .allMatch(service.sources::includes);
    assertThat(service.sources.resources("META-INF/resources/webjars/echarts/"))
        .filteredOn(name -> name.endsWith("/echarts.common.min.js"))
        .hasSize(1)
        .allMatch(service.sources::includes);
  }

  @ParameterizedTest
  @EnumSource
  void nothingOfOursIsWrittenInAnotherLanguageOrMakesProxies(Service service) throws IOException {
    assertThat(
            ownClasses(
                service,
                type ->
                    Arrays.stream(type.getDeclaredMethods())
                        .anyMatch(method -> Modifier.isNative(method.getModifiers()))))
        .isEmpty();
    assertThat(
            new ClassFileImporter()
                .importPaths(ownModules(service)).stream()
                    .flatMap(own -> own.getMethodCallsFromSelf().stream())
                    .filter(
                        call -> call.getTargetOwner().isEquivalentTo(java.lang.reflect.Proxy.class))
                    .toList())
        .isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void theProgramForTheJvmIsStillTheOneThatTestsRun(Service service) throws IOException {
    Path target = Path.of("..", service.label, "target");

    assertThat(target.resolve("quarkus-app/quarkus-run.jar")).isRegularFile();
    assertThat(service.sources.arguments())
        .contains("-runner.jar")
        .doesNotContain("exclude-config io\\.gdpo");
    if (System.getProperty("gdpo.it.native") == null) {
      Properties artifact = new Properties();
      try (var file = Files.newInputStream(target.resolve("quarkus-artifact.properties"))) {
        artifact.load(file);
      }
      assertThat(artifact)
          .containsEntry("type", "jar")
          .containsEntry("path", "quarkus-app/quarkus-run.jar");
    }
  }

  private static List<Path> ownModules(Service service) {
    return Stream.of(
            "contracts",
            "artifacts",
            "artifact-s3",
            "platform",
            "kubernetes-launcher",
            service.label)
        .map(module -> Path.of("..", module, "target", "classes"))
        .toList();
  }

  private static List<String> ownClasses(Service service, Predicate<Class<?>> wanted)
      throws IOException {
    URL[] classPath = service.sources.jars().stream().map(NativeSourcesIT::url).toArray(URL[]::new);
    try (URLClassLoader loader =
        new URLClassLoader(classPath, ClassLoader.getPlatformClassLoader())) {
      return service.sources.ownClasses().stream()
          .filter(name -> wanted.test(load(loader, name)))
          .toList();
    }
  }

  private static Class<?> load(ClassLoader loader, String name) {
    try {
      return Class.forName(name, false, loader);
    } catch (ClassNotFoundException | LinkageError e) {
      throw new AssertionError(name + " cannot be loaded from the native sources", e);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
