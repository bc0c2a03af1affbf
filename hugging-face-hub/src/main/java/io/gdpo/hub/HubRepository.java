package io.gdpo.hub;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A repository of the Hub at a revision: of a model, {@code owner/name} or {@code
 * owner/name@revision}, or of a dataset.
 *
 * @param revision branch, tag or commit
 */
public record HubRepository(Kind kind, String owner, String name, String revision) {
  /** What a repository holds; the Hub's addresses, and the cache's folders, tell it by a plural. */
  public enum Kind {
    MODEL("model", ""),
    DATASET("dataset", "datasets/");

    private final String word;
    private final String path;

    Kind(String word, String path) {
      this.word = word;
      this.path = path;
    }

    /** As in {@code Hub model owner/name}. */
    String word() {
      return word;
    }

    /** As in {@code /api/models} and {@code models--owner--name}. */
    String plural() {
      return word + "s";
    }
  }

  /** The revision that a name without one means. */
  public static final String MAIN = "main";

  private static final Pattern PART = Pattern.compile("[A-Za-z0-9_]([A-Za-z0-9._-]{0,94}\\w)?");
  private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+-]*");
  private static final Pattern SNAPSHOT =
      Pattern.compile(".*/models--([^/]+?)--([^/]+)/snapshots/([0-9a-f]{40})");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  /**
   * @throws IllegalArgumentException if one of the three cannot be part of a name
   */
  public HubRepository {
    checkPart(owner);
    checkPart(name);
    if (!REVISION.matcher(revision).matches()
        || revision.contains("..")
        || revision.contains("//")
        || revision.endsWith("/")) {
      throw new IllegalArgumentException(
          "'" + revision + "' is no revision; name a branch, a tag or a commit");
    }
  }

  private static void checkPart(String part) {
    if (!PART.matcher(part).matches() || part.contains("--") || part.contains("..")) {
      throw new IllegalArgumentException(
          "'"
              + part
              + "' cannot be part of a Hub repository's name; write owner/name or"
              + " owner/name@revision, as in openai-community/gpt2");
    }
  }

  /**
   * The model {@code owner/name} or {@code owner/name@revision}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static HubRepository model(String text) {
    int at = text.indexOf('@');
    String repository = at < 0 ? text : text.substring(0, at);
    int slash = repository.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "'"
              + text
              + "' names no owner; write owner/name or owner/name@revision, as in"
              + " openai-community/gpt2");
    }
    return new HubRepository(
        Kind.MODEL,
        repository.substring(0, slash),
        repository.substring(slash + 1),
        at < 0 ? MAIN : text.substring(at + 1));
  }

  /** The model, at its commit, whose folder in a cache this is; empty for any other folder. */
  public static Optional<HubRepository> ofSnapshot(Path folder) {
    Matcher path = SNAPSHOT.matcher(folder.toAbsolutePath().normalize().toString());
    return path.matches()
        ? Optional.of(new HubRepository(Kind.MODEL, path.group(1), path.group(2), path.group(3)))
        : Optional.empty();
  }

  /** {@code owner/name}. */
  public String id() {
    return owner + "/" + name;
  }

  /**
   * Where the Hub has it, below its own address: {@code owner/name}, of a dataset {@code
   * datasets/owner/name}.
   */
  String path() {
    return kind.path + id();
  }

  /** The same repository at another revision. */
  public HubRepository at(String otherRevision) {
    return new HubRepository(kind, owner, name, otherRevision);
  }

  /** Whether the revision is a full commit hash, whose content never changes. */
  public boolean isPinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? path() : path() + "@" + revision;
  }
}
