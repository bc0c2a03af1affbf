package io.gdpo.platform.setting;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of all settings of the system, of whichever part: services share their files of
 * settings. They are written from the code into a file that travels with each service.
 *
 * @param names such as {@code gdpo.jobs.threads}; {@code NAME} in one stands for any word
 */
record SettingNames(List<String> names) {
  private static final String FILE = "/META-INF/gdpo-settings.txt";
  private static final String ANY = "NAME";
  private static final String ANY_WORD = "(?:\"[^\"]+\"|[^.\\[\\]\"]+)";

  /** So different from a name, a word is not meant to be it. */
  private static final double FAR = 0.34;

  static SettingNames read() {
    try (InputStream in = SettingNames.class.getResourceAsStream(FILE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return new SettingNames(lines.lines().filter(line -> !line.startsWith("#")).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(FILE + " cannot be read", e);
    }
  }

  /** Whether there is such a setting, for a name as it stands in files and system properties. */
  boolean hasProperty(String name) {
    return names.stream().anyMatch(known -> pattern(known, ANY_WORD, "(?:\\[\\d+])?", name));
  }

  /** Whether there is such a setting, for the name of an environment variable. */
  boolean hasVariable(String name) {
    return names.stream()
        .map(SettingNames::variable)
        .anyMatch(known -> pattern(known, "[A-Z0-9_]+", "(?:_\\d+_?)?", name));
  }

  private static boolean pattern(String known, String any, String end, String name) {
    StringBuilder pattern = new StringBuilder();
    for (String part : known.split("(?<=" + ANY + ")|(?=" + ANY + ")", -1)) {
      pattern.append(part.equals(ANY) ? any : Pattern.quote(part));
    }
    return Pattern.matches(pattern + end, name);
  }

  private static String variable(String name) {
    return name.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
  }

  /** The setting that is most probably meant, if one may be. */
  Optional<String> nearestProperty(String name) {
    return nearest(name, names.stream().filter(known -> known.startsWith("gdpo.")));
  }

  /** The environment variable that is most probably meant, if one may be. */
  Optional<String> nearestVariable(String name) {
    return nearest(name, names.stream().map(SettingNames::variable));
  }

  private static Optional<String> nearest(String name, Stream<String> known) {
    return known
        .min(Comparator.comparingInt(it -> distance(name, it)))
        .filter(it -> distance(name, it) <= FAR * (it.length() - "gdpo.".length()));
  }

  /** How many letters must be changed, put in or taken out (Levenshtein). */
  private static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      before[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, Math.min(before[j], row[j - 1]) + 1);
      }
      before = row;
    }
    return before[b.length()];
  }
}
