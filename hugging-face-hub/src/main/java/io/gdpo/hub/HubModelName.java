package io.gdpo.hub;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a model on the Hub: {@code owner/name}, or {@code owner/name@revision}.
 *
 * @param revision branch, tag or commit
 */
public record HubModelName(String owner, String name, String revision) {
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
  public HubModelName {
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
              + "' cannot be part of a Hub model's name; write owner/name or owner/name@revision,"
              + " as in openai-community/gpt2");
    }
  }

  /**
   * Reads {@code owner/name} or {@code owner/name@revision}.
   *
   * @throws IllegalArgumentException if it is neither
   */
  public static HubModelName parse(String text) {
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
    return new HubModelName(
        repository.substring(0, slash),
        repository.substring(slash + 1),
        at < 0 ? MAIN : text.substring(at + 1));
  }

  /** The model, at its commit, whose folder in a cache this is; empty for any other folder. */
  public static Optional<HubModelName> ofSnapshot(Path folder) {
    Matcher path = SNAPSHOT.matcher(folder.toAbsolutePath().normalize().toString());
    return path.matches()
        ? Optional.of(new HubModelName(path.group(1), path.group(2), path.group(3)))
        : Optional.empty();
  }

  /** {@code owner/name}. */
  public String repository() {
    return owner + "/" + name;
  }

  /** The same repository at another revision. */
  public HubModelName at(String otherRevision) {
    return new HubModelName(owner, name, otherRevision);
  }

  /** Whether the revision is a full commit hash, whose content never changes. */
  boolean isPinned() {
    return isCommit(revision);
  }

  static boolean isCommit(String revision) {
    return COMMIT.matcher(revision).matches();
  }

  @Override
  public String toString() {
    return revision.equals(MAIN) ? repository() : repository() + "@" + revision;
  }
}
