package io.gdpo.nativeregistration;

import io.quarkus.deployment.annotations.BuildProducer;
import io.quarkus.deployment.annotations.BuildStep;
import io.quarkus.deployment.builditem.CombinedIndexBuildItem;
import io.quarkus.deployment.builditem.IndexDependencyBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ReflectiveClassBuildItem;
import io.quarkus.deployment.builditem.nativeimage.ServiceProviderBuildItem;
import java.util.Collection;
import java.util.function.Predicate;
import org.jboss.jandex.ClassInfo;

/**
 * What a native program keeps although no code names it. A rule for whole packages each, so that a
 * new event, specification or view needs no line here: without its registration it is read and
 * written on the JVM, and each goes to the dead letters in a native program.
 */
public class NativeRegistration {
  private static final String OURS = "io.gdpo.";
  private static final String CONTRACTS = OURS + "contracts.";

  /** Credentials of a web identity are asked for with it; its own metadata names another file. */
  private static final String CLIENT_OF_AWS = "software.amazon.awssdk.http.SdkHttpService";

  /** Shared with workers, which know no index. */
  @BuildStep
  void modulesWithoutIndex(BuildProducer<IndexDependencyBuildItem> indexed) {
    indexed.produce(new IndexDependencyBuildItem("io.gdpo", "artifacts"));
    indexed.produce(new IndexDependencyBuildItem("io.gdpo", "artifact-s3"));
  }

  /** All of contracts crosses a process as JSON; elsewhere what does is a record or an enum. */
  @BuildStep
  ReflectiveClassBuildItem json(CombinedIndexBuildItem index) {
    return ReflectiveClassBuildItem.builder(
            names(
                index,
                type ->
                    isOf(CONTRACTS, type)
                        || (type.isRecord() || type.isEnum()) && isOf(OURS, type)))
        .constructors()
        .methods()
        .fields()
        .reason("read and written as JSON")
        .build();
  }

  /** What {@code ServiceLoader} finds: every provider of every interface of ours that has some. */
  @BuildStep
  void providers(CombinedIndexBuildItem index, BuildProducer<ServiceProviderBuildItem> providers) {
    ClassLoader classPath = Thread.currentThread().getContextClassLoader();
    providers.produce(ServiceProviderBuildItem.allProvidersFromClassPath(CLIENT_OF_AWS));
    for (String service : names(index, type -> type.isInterface() && isOf(OURS, type))) {
      if (classPath.getResource(ServiceProviderBuildItem.SPI_ROOT + service) != null) {
        providers.produce(ServiceProviderBuildItem.allProvidersFromClassPath(service));
      }
    }
  }

  private static boolean isOf(String packages, ClassInfo type) {
    return type.name().toString().startsWith(packages);
  }

  private static String[] names(CombinedIndexBuildItem index, Predicate<ClassInfo> wanted) {
    Collection<ClassInfo> known = index.getIndex().getKnownClasses();
    return known.stream()
        .filter(wanted)
        .map(type -> type.name().toString())
        .sorted()
        .toArray(String[]::new);
  }
}
