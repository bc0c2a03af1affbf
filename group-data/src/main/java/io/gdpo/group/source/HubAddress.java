package io.gdpo.group.source;

import io.gdpo.artifacts.source.SourceException;
import io.gdpo.hub.HubRepository;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * {@code hf://datasets/OWNER/NAME[@REVISION][/PATH]}, as Python's {@code HfFileSystem} and DuckDB
 * write it: a slash in a revision is {@code %2F}, but of {@code refs/pr/N} and {@code
 * refs/convert/WORD}; {@code ~parquet} is short for {@code refs/convert/parquet}.
 *
 * @param path of a file or a folder in the repository; empty for the repository itself
 * @param rawPath the same as it was written
 */
record HubAddress(HubRepository repository, String path, String rawPath) {
  private static final Pattern PATH =
      Pattern.compile("/([^/@]+)/([^/@]+)(?:@(refs/(?:convert|pr)/[^/]+|[^/]+))?((?:/[^/]+)*)/?");

  /**
   * @throws SourceException if it is none
   */
  static HubAddress of(URI address) {
    Matcher parts = PATH.matcher(address.getRawPath() == null ? "" : address.getRawPath());
    if (!"datasets".equals(address.getRawAuthority())
        || address.getRawQuery() != null
        || address.getRawFragment() != null
        || !parts.matches()
        || List.of(decoded(parts.group(4)).split("[/\\\\]")).contains("..")) {
      throw new SourceException(
          "it must be hf://datasets/OWNER/NAME, with @REVISION and /PATH behind it where they are"
              + " meant; a blank is %20");
    }
    String revision = parts.group(3) == null ? HubRepository.MAIN : decoded(parts.group(3));
    try {
      return new HubAddress(
          new HubRepository(
              HubRepository.Kind.DATASET,
              decoded(parts.group(1)),
              decoded(parts.group(2)),
              revision.equals("~parquet") ? "refs/convert/parquet" : revision),
          decoded(parts.group(4)).replaceFirst("^/", ""),
          parts.group(4));
    } catch (IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** The same at a commit. */
  String at(String commit) {
    return "hf://datasets/" + repository.id() + "@" + commit + rawPath;
  }

  /** Of a file or a folder in the repository, as people may name it. */
  String below(String pathOfFile) {
    return "hf://" + repository + "/" + pathOfFile;
  }
}
