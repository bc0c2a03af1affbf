package io.gdpo.group.examples;

import io.gdpo.group.Bounds;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The fields of a ready preference example, as files spell them. */
enum ExampleField {
  QUESTION_ID(Bounds.NAME),
  STYLE(Bounds.NAME),
  PROMPT(Bounds.TEXT),
  CONTEXT(Bounds.TEXT),
  OPTIONS(Bounds.NAME),
  ACCEPT_CHOICE_ID(Bounds.NAME),
  ACCEPT_CHOICE(Bounds.NAME),
  ACCEPT_RESPONSE(Bounds.TEXT),
  REJECT_CHOICE_ID(Bounds.NAME),
  REJECT_CHOICE(Bounds.NAME),
  REJECT_RESPONSE(Bounds.TEXT),
  PROBABILITIES(Bounds.NAME),
  MAJORITY(Bounds.NAME),
  GROUP(Bounds.NAME);

  static final Set<String> NAMES =
      Arrays.stream(values()).map(ExampleField::key).collect(Collectors.toCollection(TreeSet::new));

  /**
   * What pandas writes beside a table's columns when it was not told to leave its index out, and
   * what our own files have for votes.
   */
  private static final Pattern IGNORED =
      Pattern.compile("__index_level_\\d+__|Unnamed: \\d+|votes_(?:chosen|rejected|tied)");

  /** Most characters of the field's text, or of each of its texts. */
  final int longest;

  ExampleField(int longest) {
    this.longest = longest;
  }

  /** Whether a field of this name may stand in an example although it says nothing about it. */
  static boolean isIgnored(String name) {
    return IGNORED.matcher(name).matches();
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
