package io.gdpo.dataset.examples;

import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The fields of a ready preference example, as files spell them. */
enum ExampleField {
  QUESTION_ID(false),
  STYLE(false),
  PROMPT(true),
  CONTEXT(false),
  OPTIONS(true),
  ACCEPT_CHOICE_ID(true),
  ACCEPT_CHOICE(true),
  ACCEPT_RESPONSE(true),
  REJECT_CHOICE_ID(true),
  REJECT_CHOICE(true),
  REJECT_RESPONSE(true),
  PROBABILITIES(true),
  MAJORITY(false);

  static final Set<String> NAMES =
      Arrays.stream(values()).map(ExampleField::key).collect(Collectors.toCollection(TreeSet::new));

  final boolean required;

  ExampleField(boolean required) {
    this.required = required;
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }
}
