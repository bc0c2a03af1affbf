package io.gdpo.data;

import io.gdpo.contracts.data.PreferenceExample;
import java.util.List;

/** Examples that tests share. */
final class Examples {
  static final PreferenceExample BUSES =
      example("Do buses run often enough?", "Nice day.", "Agree", "Yes, they do.");

  private Examples() {}

  static PreferenceExample example(String prompt, String context, String option, String response) {
    return PreferenceExample.ofOpinion(
        "q-1",
        "style-1",
        prompt,
        context,
        List.of(option, "Strongly disagree"),
        4,
        option,
        response,
        1,
        "Strongly disagree",
        "No, never.",
        List.of(0.0, 0.25, 0.0, 0.0, 0.75, 0.0),
        true);
  }
}
