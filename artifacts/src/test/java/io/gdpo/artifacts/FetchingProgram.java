package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A process that fetches files {@code store:/NAME} of 1,000 bytes, one after the other, and holds
 * them until its standard input ends.
 */
final class FetchingProgram {
  private FetchingProgram() {}

  /**
   * @param args the cache's folder, its gigabytes, a file that each download adds a line to, names
   */
  public static void main(String... args) throws IOException {
    for (String name : List.of(args).subList(3, args.length)) {
      fetch(Path.of(args[0]), args[1], Path.of(args[2]), name);
    }
    System.out.println("fetched");
    System.in.read();
  }

  static Path fetch(Path folder, String gigabytes, Path downloads, String name) {
    return FetchCache.of(
            Map.of(FetchCache.FOLDER, folder.toString(), FetchCache.GIGABYTES, gigabytes))
        .fetch(
            "store:/" + name,
            List.of(new Blob("", 1000, "1")),
            (blob, target) -> download(name, downloads, target));
  }

  static byte[] content(String name) {
    return name.repeat(1000).substring(0, 1000).getBytes(StandardCharsets.US_ASCII);
  }

  private static void download(String name, Path downloads, Path target) {
    try {
      Files.writeString(
          downloads, name + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      Files.write(target, content(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
