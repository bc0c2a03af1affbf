package io.gdpo.local.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.local.supervision.Part;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ServiceProcessTest {

  /** A service's program that runs out of memory after it has said what its world is like. */
  public static final class Hungry {
    private Hungry() {}

    public static void main(String[] arguments) {
      System.out.println("Locale " + Locale.getDefault() + ", charset " + Charset.defaultCharset());
      List<byte[]> kept = new ArrayList<>();
      try {
        while (true) {
          kept.add(new byte[1 << 20]);
        }
      } catch (OutOfMemoryError e) {
        System.out.println("lives on with " + kept.size());
      }
    }
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.SECONDS)
  void aServiceOutOfMemoryEndsItselfAndItsLocaleIsTheSameEverywhere(@TempDir Path folder)
      throws Exception {
    Path log = folder.resolve("service.log");
    ServiceProcess service =
        ServiceProcess.start(
            Service.DATASET,
            JarPrograms.ofJar(jarOf(Hungry.class, folder.resolve("hungry.jar")), folder),
            1,
            Map.of("JAVA_TOOL_OPTIONS", "-Duser.language=tr -Duser.country=TR"),
            log);

    service.onExit().join();

    assertThat(Part.ended(service.exitValue())).isEqualTo("ended with exit code 3 (out of memory)");
    assertThat(Files.readString(log))
        .contains("Locale en, charset UTF-8")
        .doesNotContain("lives on");
  }

  private static Path jarOf(Class<?> program, Path jar) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, program.getName());
    String entry = program.getName().replace('.', '/') + ".class";
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest);
        InputStream code = program.getClassLoader().getResourceAsStream(entry)) {
      out.putNextEntry(new JarEntry(entry));
      code.transferTo(out);
    }
    return jar;
  }
}
