package io.gdpo.lm.memory;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The most memory that a process which trains or measures a model will hold, told before it begins,
 * and what that is made of: bytes, at the one moment of its life that needs most.
 *
 * @param moment when, in words that follow the number
 * @param parts bytes of each part; those that are absent are 0
 */
public record MemoryEstimate(String moment, Map<Part, Long> parts) {
  private static final long MEGABYTE = 1 << 20;

  /** What a process holds whose model is tiny, with a Java heap of at most 1 GB; measured. */
  public static final long RUNTIME = 380 * MEGABYTE;

  /** Of a GPU, by an idle process that has multiplied matrices; measured on an H100. */
  public static final long CONTEXT = 1_000 * MEGABYTE;

  /**
   * Activations come and go in blocks of many sizes, and what lies free between them stays
   * resident: this part of them, as measured (docs/reference/memory.md). The vocabulary's are so
   * large that they go back to the system when they are freed, see {@link
   * io.gdpo.platform.launch.LocalProcessLauncher}.
   */
  private static final double KEPT = 0.2;

  /** What memory is taken by. */
  public enum Part {
    /** Of the model, float32. */
    WEIGHTS("weights"),
    GRADIENTS("gradients"),
    OPTIMIZER_STATE("optimizer state"),
    REFERENCE("reference model"),
    /** The weights once more, as sampling reads them. */
    PREPARED("weights for sampling"),
    /** Keys and values of what is being sampled. */
    CACHE("keys and values"),
    ACTIVATIONS("activations"),
    /** Logits and what is computed from them, gradients of the embeddings. */
    VOCABULARY("vocabulary"),
    /** What the allocator keeps between the blocks of a pass. */
    ALLOCATOR("allocator"),
    /** Java, libtorch and its kernels' buffers. */
    RUNTIME("runtime"),
    /** What CUDA and its libraries hold of a GPU beside tensors. */
    CONTEXT("context and workspaces");

    private final String words;

    Part(String words) {
      this.words = words;
    }
  }

  public MemoryEstimate {
    parts = Collections.unmodifiableMap(new EnumMap<>(parts));
  }

  /** What every such process holds; the rest is added by {@link #with}. */
  public static MemoryEstimate during(String moment) {
    return new MemoryEstimate(moment, Map.of(Part.RUNTIME, RUNTIME));
  }

  /** The same and this besides. */
  public MemoryEstimate with(Part part, long bytes) {
    Map<Part, Long> all = new EnumMap<>(parts);
    all.merge(part, bytes, Long::sum);
    return new MemoryEstimate(moment, all);
  }

  /** The same and the tensors of a pass, with what the allocator keeps between them. */
  public MemoryEstimate withPass(long activations, long vocabulary) {
    return with(Part.ACTIVATIONS, activations)
        .with(Part.VOCABULARY, vocabulary)
        .with(Part.ALLOCATOR, (long) (KEPT * activations));
  }

  /** The same of a GPU's memory, which holds the tensors, while the runtime stays on the host. */
  public MemoryEstimate onGpu() {
    Map<Part, Long> all = new EnumMap<>(parts);
    all.remove(Part.RUNTIME);
    all.put(Part.CONTEXT, CONTEXT);
    return new MemoryEstimate(moment, all);
  }

  /** Bytes of one part. */
  public long of(Part part) {
    return parts.getOrDefault(part, 0L);
  }

  /** All of it. */
  public long total() {
    return parts.values().stream().mapToLong(Long::longValue).sum();
  }

  /** A number of bytes for people. */
  public static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%,d MB", Math.round((double) bytes / MEGABYTE));
  }

  /** The total and its parts. */
  @Override
  public String toString() {
    return megabytes(total())
        + " "
        + moment
        + " ("
        + parts.entrySet().stream()
            .filter(part -> part.getValue() > 0)
            .map(part -> part.getKey().words + " " + megabytes(part.getValue()))
            .collect(Collectors.joining(", "))
        + ")";
  }
}
