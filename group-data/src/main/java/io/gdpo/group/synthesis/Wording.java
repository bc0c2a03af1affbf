package io.gdpo.group.synthesis;

import java.util.List;

/**
 * One way to hold a dialogue.
 *
 * @param context what is said before
 * @param prompt the question
 * @param responses one for each option, in the options' order
 */
public record Wording(String context, String prompt, List<String> responses) {
  public Wording {
    responses = List.copyOf(responses);
  }
}
