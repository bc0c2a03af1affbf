package io.gdpo.group.examples;

/**
 * One person's comparison of two responses.
 *
 * @param voter who it is; null if that is not told
 * @param group whose preference it is counted for; empty if no group is named
 */
record Vote(String prompt, String first, String second, Choice choice, String voter, String group) {
  /** Which response is preferred. */
  enum Choice {
    FIRST,
    SECOND,
    TIE
  }
}
