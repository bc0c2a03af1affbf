package io.gdpo.artifacts.source;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Finds the files that a dataset specification names by URI or path. */
public class Sources {
  /** Bytes of a source, all its files together; of a compressed file, of what it holds. */
  public static final long MOST_BYTES = 4L << 30;

  private static final Map<Split, Pattern> SPLIT_FILES =
      Map.of(
          Split.TRAIN, splitFiles("train"),
          Split.EVAL, splitFiles("eval|validation|valid|dev"),
          Split.TEST, splitFiles("test"));

  private static final Pattern REMOTE = Pattern.compile("(?i)(?:hf|https?):.*");

  private static final List<RemoteSource> REMOTES =
      ServiceLoader.load(RemoteSource.class, Sources.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private final ArtifactStore artifacts;
  private final Consumer<String> log;

  public Sources(ArtifactStore artifacts) {
    this(artifacts, line -> {});
  }

  /**
   * @param log takes lines on how it goes where something is fetched from afar
   */
  public Sources(ArtifactStore artifacts, Consumer<String> log) {
    this.artifacts = artifacts;
    this.log = log;
  }

  /** Whether a specification names what workers alone fetch: a {@link RemoteSource}'s address. */
  public static boolean isRemote(DatasetSpec spec) {
    return spec.source() != null && REMOTE.matcher(spec.source()).matches();
  }

  /**
   * The survey or the examples that a specification names; links to folders are followed now, so
   * that one build reads one folder.
   *
   * @throws SourceException if nothing is there that can be read
   */
  public Source of(DatasetSpec spec) {
    String field = spec.survey() != null ? "survey" : "examples";
    String address = spec.source();
    if (isRemote(spec)) {
      return remote(field, address, spec.survey() == null);
    }
    Path path = path(field, address);
    if (!Files.isRegularFile(path) && (spec.survey() != null || !Files.isDirectory(path))) {
      throw new SourceException(field + " '" + address + "' is not a file");
    }
    try {
      return new Source(
          Files.isDirectory(path)
              ? path.toRealPath()
              : path.toAbsolutePath().getParent().toRealPath().resolve(path.getFileName()),
          address,
          null);
    } catch (IOException e) {
      throw new SourceException(field + " '" + address + "' cannot be read: " + Reason.of(e), e);
    }
  }

  private Source remote(String field, String address, boolean folders) {
    try {
      URI uri = new URI(address);
      String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
      return REMOTES.stream()
          .filter(remote -> remote.takes(scheme))
          .findFirst()
          .orElseThrow(() -> new SourceException("only workers fetch " + scheme + ": addresses"))
          .fetch(uri, folders, log);
    } catch (SourceException | URISyntaxException e) {
      throw new SourceException(field + " '" + address + "': " + e.getMessage(), e);
    }
  }

  /**
   * A local path with what stands at this address.
   *
   * @param field of the specification, for errors
   * @throws SourceException if nothing is there
   */
  public Path path(String field, String uriOrPath) {
    try {
      Path path =
          artifacts.fetch(
              uriOrPath.matches("[A-Za-z][A-Za-z0-9+.-]+:.*")
                  ? URI.create(uriOrPath)
                  : Path.of(uriOrPath).toUri());
      if (!Files.isReadable(path)) {
        throw new SourceException(
            field + " '" + uriOrPath + "' is not there or cannot be read by this service");
      }
      return path;
    } catch (ArtifactMissingException e) {
      throw new SourceException(
          field + " '" + uriOrPath + "' is not there or cannot be read by this service", e);
    } catch (InvalidPathException e) {
      throw new SourceException(field + " '" + uriOrPath + "' is not a path: " + e.getReason(), e);
    } catch (IllegalArgumentException e) {
      throw new SourceException(
          field + " '" + uriOrPath + "' is no address that can be read here: " + e.getMessage(), e);
    }
  }

  /**
   * SHA-256 of what would be read: of a file's bytes, or of the split files of a folder with their
   * names and lengths, so that it tells where one file ends.
   */
  public static String sha256(Path source) {
    try {
      MessageDigest digest = Digests.sha256();
      long size = 0;
      for (Path file : files(source)) {
        size += Files.size(file);
        if (size > MOST_BYTES) {
          throw new SourceException(source + " is larger than " + (MOST_BYTES >> 30) + " GiB");
        }
        if (Files.isDirectory(source)) {
          String head = file.getFileName() + "\n" + Files.size(file) + "\n";
          digest.update(head.getBytes(StandardCharsets.UTF_8));
        }
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
          bytes.transferTo(OutputStream.nullOutputStream());
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw new SourceException("Cannot read " + source + ": " + Reason.of(e), e);
    }
  }

  /** The files of a source, in order: itself, or those of a folder's splits. */
  public static List<Path> files(Path source) {
    return Files.isDirectory(source)
        ? Stream.of(Split.values()).flatMap(split -> files(source, split).stream()).toList()
        : List.of(source);
  }

  /** The split whose file in a folder is called so; empty if it is none of them. */
  public static Optional<Split> split(String fileName) {
    return Stream.of(Split.values())
        .filter(split -> SPLIT_FILES.get(split).matcher(fileName).matches())
        .findFirst();
  }

  /** The files of a split in a folder, in order. */
  public static List<Path> files(Path folder, Split split) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> SPLIT_FILES.get(split).matcher(file.getFileName().toString()).matches())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new SourceException("Cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  private static Pattern splitFiles(String names) {
    return Pattern.compile(
        "(?:" + names + ")(?:[-_.].*)?\\.(?:(?:jsonl|json|csv|tsv)(?:\\.gz|\\.zst)?|parquet)");
  }
}
