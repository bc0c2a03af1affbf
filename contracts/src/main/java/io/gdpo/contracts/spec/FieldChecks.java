package io.gdpo.contracts.spec;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.Secrets;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Collects what is wrong with the fields of a specification. The one place that says which texts
 * and numbers a specification may hold: bounded in length and size, and made of characters that a
 * file system, a database and a terminal take. Absent fields (null) are left alone.
 */
public final class FieldChecks {
  /** The longest path or URI, in UTF-16 units; Linux has no longer paths. */
  public static final int LONGEST_LOCATION = 4_096;

  /** The longest name of a group, a dataset, a metric or a module, in UTF-16 units. */
  public static final int LONGEST_NAME = 500;

  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*");

  private final String path;
  private final List<SpecProblem> problems = new ArrayList<>();

  /**
   * @param path what fields' names are put behind, with a dot; empty for none
   */
  public FieldChecks(String path) {
    this.path = path.isEmpty() ? "" : path + ".";
  }

  /** Everything that was found wrong so far. */
  public List<SpecProblem> problems() {
    return problems;
  }

  /** Notes a problem. */
  public void add(String field, String message) {
    problems.add(new SpecProblem(path + field, message));
  }

  /** A name that people give: a group's, a dataset's, a metric's, a module's. */
  public void name(String field, String value) {
    text(field, value, LONGEST_NAME);
  }

  /** A path of this machine, or a URI. */
  public void location(String field, String value) {
    if (value == null || !text(field, value, LONGEST_LOCATION)) {
      return;
    }
    if (value.isBlank()) {
      add(field, "is empty; give a path or a URI, or leave the field out");
      return;
    }
    try {
      String named =
          SCHEME.matcher(value).matches() ? new URI(value).getPath() : Path.of(value).toString();
      if (named == null) {
        add(
            field,
            "is a URI without a path, as in file:/data/survey.csv; is " + Reason.quoted(value));
      } else if (wrongCharacter(named) >= 0) {
        add(field, "names a path with a control character; is " + Reason.quoted(value));
      }
    } catch (URISyntaxException e) {
      add(
          field,
          String.format(
              Locale.ROOT,
              "is no URI: %s at character %d of %s",
              e.getReason(),
              e.getIndex() + 1,
              Reason.quoted(value)));
    } catch (InvalidPathException e) {
      add(field, "is no path here: %s: %s".formatted(e.getReason(), Reason.quoted(value)));
    }
  }

  /** Whether the text is short enough and made of characters that every place takes. */
  private boolean text(String field, String value, int longest) {
    if (value == null) {
      return true;
    }
    if (value.length() > longest) {
      add(
          field,
          String.format(
              Locale.ROOT,
              "must be at most %d characters, is %d: %s",
              longest,
              value.length(),
              Reason.quoted(value)));
      return false;
    }
    if (isSecret(field, value)) {
      return false;
    }
    int at = wrongCharacter(value);
    if (at >= 0) {
      add(
          field,
          String.format(
              Locale.ROOT,
              "must hold no control characters and no lone surrogates, but character %d is U+%04X: %s",
              at + 1,
              value.codePointAt(at),
              Reason.quoted(value)));
    }
    return at < 0;
  }

  /** A specification is kept, shown and told by event: what must not be known is not quoted. */
  private boolean isSecret(String field, String value) {
    boolean found = Secrets.areIn(value);
    if (found) {
      add(
          field,
          "holds what looks like a secret, which everybody who may read would see; give it to the"
              + " services in their environment (docs/how-to/secure.md)");
    }
    return found;
  }

  /** Index of the first control character or lone surrogate; -1 if there is none. */
  private static int wrongCharacter(String text) {
    for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
      int type = Character.getType(text.codePointAt(at));
      if (type == Character.CONTROL || type == Character.SURROGATE) {
        return at;
      }
    }
    return -1;
  }

  /** A whole number within bounds. */
  public void within(String field, Number value, long least, long most) {
    if (value != null && (value.longValue() < least || value.longValue() > most)) {
      add(
          field,
          value.longValue() < least
              ? String.format(Locale.ROOT, "must be at least %d, is %d", least, value.longValue())
              : String.format(Locale.ROOT, "must be at most %d, is %d", most, value.longValue()));
    }
  }

  /** A value for which a rule holds, and which is finite. */
  public <T> void that(String field, T value, Predicate<T> holds, String rule) {
    if (value instanceof Double number && number.isInfinite()) {
      add(field, "must be finite, is " + value);
    } else if (value instanceof String text && isSecret(field, text)) {
      return;
    } else if (value != null && !holds.test(value)) {
      add(field, rule + ", is " + (value instanceof String text ? Reason.quoted(text) : value));
    }
  }
}
