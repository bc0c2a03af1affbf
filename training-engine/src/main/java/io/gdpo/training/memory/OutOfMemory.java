package io.gdpo.training.memory;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Recognises that memory ran out, whoever says so: libtorch's allocators, CUDA or Java. */
public final class OutOfMemory {
  /** What PyTorch's CPU and CUDA allocators, cuBLAS and the C++ library say, in lower case. */
  private static final List<String> WORDS =
      List.of(
          "defaultcpuallocator",
          "can't allocate memory",
          "cannot allocate memory",
          "not enough memory",
          "out of memory",
          "cublas_status_alloc_failed",
          "std::bad_alloc");

  private OutOfMemory() {}

  /** Whether that is why something failed. */
  public static boolean isCause(Throwable thrown) {
    return causes(thrown).anyMatch(OutOfMemory::saysSo);
  }

  /** The allocator's own words, in one line. */
  static String account(Throwable thrown) {
    return causes(thrown)
        .filter(OutOfMemory::saysSo)
        .reduce((outer, inner) -> inner)
        .flatMap(cause -> cause.toString().lines().filter(OutOfMemory::saysSo).findFirst())
        .or(() -> causes(thrown).map(Throwable::toString).findFirst())
        .orElse("");
  }

  private static Stream<Throwable> causes(Throwable thrown) {
    return Stream.iterate(thrown, cause -> cause != null, Throwable::getCause);
  }

  private static boolean saysSo(Throwable cause) {
    return cause instanceof OutOfMemoryError || saysSo(cause.toString());
  }

  private static boolean saysSo(String words) {
    String lower = words.toLowerCase(Locale.ROOT);
    return WORDS.stream().anyMatch(lower::contains);
  }
}
