package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Keeps DJL's NDArray operators out of the training engine: composed into a graph they give
 * silently wrong gradients after a garbage collection. All maths on tensors is TorchScript.
 */
class NoTensorArithmeticTest {
  private static final Path SOURCES = Path.of("src/main/java/io/gdpo/training");

  /** What makes, frees, names, copies out or asks about a tensor, without computing with it. */
  private static final Set<String> HARMLESS =
      Set.of(
          "attach",
          "close",
          "getDataType",
          "getDevice",
          "getFloat",
          "getManager",
          "getName",
          "getShape",
          "isReleased",
          "setName",
          "setRequiresGradient",
          "size",
          "toDoubleArray",
          "toFloatArray",
          "toLongArray");

  @Test
  void the_engine_calls_no_operator_on_tensors_of_its_own() throws IOException {
    Set<String> operators =
        Stream.of(NDArray.class.getMethods())
            .map(Method::getName)
            .filter(name -> !HARMLESS.contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    for (Path source : sources()) {
      String text = Files.readString(source);
      Matcher declared = Pattern.compile("NDArray (\\w+)").matcher(text);
      while (declared.find()) {
        Matcher call =
            Pattern.compile("\\b" + declared.group(1) + "\\s*\\.\\s*(\\w+)\\(").matcher(text);
        while (call.find()) {
          assertThat(operators)
              .as("%s calls %s on %s", source, call.group(1), declared.group(1))
              .doesNotContain(call.group(1));
        }
      }
    }
  }

  @Test
  void the_engine_imports_none_of_djls_training_classes() throws IOException {
    for (Path source : sources()) {
      assertThat(Files.readString(source))
          .as(source.toString())
          .doesNotContain("ai.djl.training", "ai.djl.nn", "GradientCollector", "NDArrays");
    }
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> sources = Files.walk(SOURCES)) {
      return sources.filter(p -> p.toString().endsWith(".java")).toList();
    }
  }
}
