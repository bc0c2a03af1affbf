package io.gdpo.contracts;

import java.util.Map;

/**
 * What people write and services check before they act on it: whoever wrote it is told everything
 * that is wrong with it at once.
 */
public interface Checked {
  /**
   * The refusal of this value, some fields of which hold a word that is none of their choices.
   *
   * @param misread what is wrong with those fields, by path; they count as absent here
   */
  RuntimeException refusal(Map<String, String> misread);
}
