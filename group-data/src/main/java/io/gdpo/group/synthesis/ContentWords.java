package io.gdpo.group.synthesis;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a text that say what it is about: all but articles and the like, and the words with
 * which surveys ask, read lists out and offer answers.
 */
final class ContentWords {
  private static final Set<String> OTHERS =
      Set.of(
          """
          compared a an the and or of to in on at for from by with as that this these those it its it's
          is are was were be been being do does did have has had having will would should could
          can may might i i'd i'm you your yours me my we our they them their he she his her if
          so than then there what which who how much many very some any all each every one
          other following or/and please tell say answer question questions statement statements
          list card scale read here name mention indicate choose number item items thing things
          phrase phrases view views opinion opinions think thinking believe feel believes
          personally own best closest closer comes come agree disagree approve disapprove
          support oppose favor favour favorable unfavorable good bad important importance
          likely unlikely satisfied dissatisfied worried concerned confidence confident trust
          easy difficult justified justifiable whether about overall generally mostly
          completely somewhat rather strongly extremely quite too only little lot deal great
          fair amount like now also am going ask asked means mean use using between more most
          less few
          """
              .strip()
              .split("\\s+"));

  private ContentWords() {}

  /** In lower case, in order. */
  static Set<String> of(String text) {
    Set<String> words = all(text);
    words.removeAll(OTHERS);
    return words;
  }

  /** The content words of {@code text} that {@code other} does not have. */
  static Set<String> missing(String text, Collection<String> other) {
    Set<String> missing = of(text);
    other.forEach(part -> missing.removeAll(all(part)));
    return missing;
  }

  private static Set<String> all(String text) {
    Set<String> words = new LinkedHashSet<>();
    Arrays.stream(
            text.toLowerCase(Locale.ROOT)
                .replace('\u2019', '\'')
                .split("[^\\p{L}\\p{M}\\p{N}\\p{S}']+"))
        .map(word -> word.replaceAll("^'+|'+$", ""))
        .filter(word -> !word.isEmpty())
        .forEach(words::add);
    return words;
  }
}
