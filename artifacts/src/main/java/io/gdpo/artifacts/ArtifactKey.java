package io.gdpo.artifacts;

import java.util.regex.Pattern;

/** What a key of an {@link ArtifactStore} may be: the same in every store. */
public final class ArtifactKey {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_=][A-Za-z0-9._=-]*");

  private ArtifactKey() {}

  /**
   * The key itself.
   *
   * @throws IllegalArgumentException if it is not plain names joined by {@code /}
   */
  public static String checked(String key) {
    for (String name : key.split("/", -1)) {
      if (!isName(name)) {
        throw new IllegalArgumentException(
            "An artifact key is plain names joined by '/', is '" + key + "'");
      }
    }
    return key;
  }

  /** Whether a text is one name of a key; what is hidden or temporary has none. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }
}
