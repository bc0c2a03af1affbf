package io.gdpo.it.nativeprogram;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a native compiler is given of a service, as Maven leaves it in {@code
 * target/native-sources}: jars, and in them the lists of what is kept although no code names it.
 */
final class NativeSources {
  private static final String METADATA = "META-INF/native-image/";

  private final Path folder;
  private final List<Path> jars = new ArrayList<>();

  /** Resource to the jar that holds it. */
  private final Map<String, Path> resources = new HashMap<>();

  private final Map<String, JsonNode> reflection = new HashMap<>();
  private final List<Pattern> included = new ArrayList<>();

  private NativeSources(Path folder) {
    this.folder = folder;
  }

  static NativeSources of(String service) {
    Path folder = Path.of("..", service, "target", "native-sources");
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException(
          folder.toAbsolutePath().normalize()
              + " is not there: package all modules first, without -Dgdpo.native-sources.skip");
    }
    NativeSources sources = new NativeSources(folder);
    try (Stream<Path> files = Files.walk(folder)) {
      files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(sources::read);
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read", e);
    }
    return sources;
  }

  private void read(Path jar) {
    jars.add(jar);
    try (JarFile opened = new JarFile(jar.toFile())) {
      for (Enumeration<JarEntry> entries = opened.entries(); entries.hasMoreElements(); ) {
        JarEntry entry = entries.nextElement();
        if (!entry.isDirectory()) {
          resources.put(entry.getName(), jar);
        }
        if (entry.getName().startsWith(METADATA) && entry.getName().endsWith(".json")) {
          try (InputStream content = opened.getInputStream(entry)) {
            read(entry.getName(), Json.EVENTS.readTree(content));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(jar + " cannot be read", e);
    }
  }

  private void read(String name, JsonNode metadata) {
    if (name.endsWith("/reflect-config.json")) {
      metadata.forEach(type -> reflection.put(type.path("name").asText(), type));
    } else if (name.endsWith("/resource-config.json")) {
      metadata
          .path("resources")
          .path("includes")
          .forEach(include -> included.add(Pattern.compile(include.path("pattern").asText())));
    }
  }

  /** The command line of the compiler. */
  String arguments() throws IOException {
    return Files.readString(folder.resolve("native-image.args"));
  }

  List<Path> jars() {
    return jars;
  }

  /** All classes of ours that have a name. */
  List<String> ownClasses() {
    return resources.keySet().stream()
        .filter(name -> name.startsWith("io/gdpo/") && name.endsWith(".class"))
        .map(name -> name.substring(0, name.length() - ".class".length()).replace('/', '.'))
        .filter(name -> !name.endsWith("package-info") && !name.matches(".*[$]\\d+"))
        .sorted()
        .toList();
  }

  /** All files that stand in the jars under a folder or a name's beginning. */
  List<String> resources(String beginning) {
    return resources.keySet().stream()
        .filter(name -> name.startsWith(beginning))
        .filter(name -> !name.endsWith(".class"))
        .sorted()
        .toList();
  }

  /** The lines of a service file of every jar, without its comments. */
  TreeSet<String> providers(String serviceFile) throws IOException {
    TreeSet<String> providers = new TreeSet<>();
    for (Path jar : jars) {
      try (JarFile opened = new JarFile(jar.toFile())) {
        JarEntry entry = opened.getJarEntry(serviceFile);
        if (entry != null) {
          try (InputStream content = opened.getInputStream(entry)) {
            new String(content.readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .map(line -> line.replaceFirst("#.*", "").strip())
                .filter(line -> !line.isEmpty())
                .forEach(providers::add);
          }
        }
      }
    }
    return providers;
  }

  /** Whether a file of the class path can be read by the program. */
  boolean includes(String resource) {
    return resources.containsKey(resource)
        && included.stream().anyMatch(pattern -> pattern.matcher(resource).matches());
  }

  /** Whether the program can make and read values of a type, whatever else it reaches. */
  boolean knows(String type) {
    return knowsOnceReached(type) && !reflection.get(type).has("condition");
  }

  /** The same, for a type that code of the program names. */
  boolean knowsOnceReached(String type) {
    JsonNode registered = reflection.get(type);
    return registered != null
        && registered.path("allDeclaredConstructors").asBoolean()
        && registered.path("allDeclaredMethods").asBoolean()
        && registered.path("allDeclaredFields").asBoolean();
  }

  /** Whether {@code ServiceLoader} and its like can make one. */
  boolean makes(String type) {
    JsonNode registered = reflection.get(type);
    return registered != null
        && (registered.path("allDeclaredConstructors").asBoolean()
            || registered.path("methods").findValuesAsText("name").contains("<init>"));
  }
}
