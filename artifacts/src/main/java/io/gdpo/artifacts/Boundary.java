package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What of all that a process could read may be named by those who ask for work: addresses below
 * some roots, wherever {@code ..} and links lead. Workers are told by the service that starts them.
 */
public final class Boundary {
  /** Roots with blanks between them; everything may be read where it is not set. */
  public static final String VARIABLE = "GDPO_READABLE";

  /**
   * Hosts with blanks between them, such as {@code data.example.org} and {@code
   * other.example.org:8443}, whose files a worker may read by {@code https} or {@code http}, at
   * addresses of the public internet; {@code *} for all. Default: none.
   */
  public static final String HOSTS = "GDPO_READABLE_HOSTS";

  /** The same of hosts that may be found in a private network, too. Default: none. */
  public static final String PRIVATE_HOSTS = "GDPO_READABLE_PRIVATE_HOSTS";

  private final Optional<List<URI>> roots;

  private Boundary(Optional<List<URI>> roots) {
    this.roots = roots;
  }

  static Boundary of(Map<String, String> environment) {
    return new Boundary(
        Optional.ofNullable(environment.get(VARIABLE))
            .map(
                told ->
                    Stream.of(told.strip().split("\\s+"))
                        .filter(root -> !root.isEmpty())
                        .map(URI::create)
                        .toList()));
  }

  /** The value of {@link #VARIABLE} for these roots. */
  public static String variable(List<URI> roots) {
    return roots.stream().map(URI::toString).collect(Collectors.joining(" "));
  }

  /** The same with one root more. */
  Boundary with(URI root) {
    return new Boundary(
        roots.map(
            known ->
                known.stream().anyMatch(it -> isWithin(it, root))
                    ? known
                    : Stream.concat(known.stream(), Stream.of(root)).toList()));
  }

  /**
   * @throws OutsideException if the address is outside
   */
  void require(URI address) {
    if (roots.isPresent() && roots.get().stream().noneMatch(root -> isWithin(root, address))) {
      throw new OutsideException(address, variable(roots.get()));
    }
  }

  /** Whether an address lies below a root, or is it. */
  private static boolean isWithin(URI root, URI address) {
    if (root.getScheme() == null || !root.getScheme().equals(address.getScheme())) {
      return false;
    }
    return root.getScheme().equals("file")
        ? real(FileArtifactStore.local(address)).startsWith(real(FileArtifactStore.local(root)))
        : folder(address).startsWith(folder(root));
  }

  /**
   * With a slash at its end, so that {@code s3://bucket/a} does not hold {@code s3://bucket/ab}.
   */
  private static String folder(URI address) {
    String plain = address.normalize().toString();
    return plain.endsWith("/") ? plain : plain + "/";
  }

  /** Where a path leads, links followed, be it there or not. */
  private static Path real(Path path) {
    Path there = path.toAbsolutePath();
    Path rest = there.getFileSystem().getPath("");
    while (!Files.exists(there, LinkOption.NOFOLLOW_LINKS) && there.getParent() != null) {
      rest = there.getFileName().resolve(rest);
      there = there.getParent();
    }
    try {
      return there.toRealPath().resolve(rest).normalize();
    } catch (IOException e) {
      throw new UncheckedIOException("It cannot be seen where " + path + " leads: " + e, e);
    }
  }
}
