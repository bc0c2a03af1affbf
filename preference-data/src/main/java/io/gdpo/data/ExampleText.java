package io.gdpo.data;

import io.gdpo.contracts.data.Opinion;
import io.gdpo.contracts.data.PreferenceExample;

/**
 * An example as the text that a model learns: of opinions that of {@link OpinionTemplate}, of other
 * data prompt and response as they are.
 *
 * @param prompt what the model continues
 * @param chosen the preferred response, belief first if there is one; null where the example has
 *     none
 * @param rejected the other response, likewise
 */
public record ExampleText(String prompt, String chosen, String rejected) {
  /** The text of an example. */
  public static ExampleText of(PreferenceExample example) {
    Opinion opinion = example.opinion();
    return opinion == null
        ? new ExampleText(prompt(example), example.chosen(), example.rejected())
        : new ExampleText(
            prompt(example),
            response(opinion.chosen(), example.chosen()),
            response(opinion.rejected(), example.rejected()));
  }

  /** The prompt alone. */
  public static String prompt(PreferenceExample example) {
    return example.hasBeliefs()
        ? OpinionTemplate.prompt(example)
        : example.context() + example.prompt();
  }

  /** What a response says of its belief, before its own words. */
  public static String belief(Opinion.Belief belief) {
    return response(belief, "");
  }

  private static String response(Opinion.Belief belief, String words) {
    return OpinionTemplate.response(belief.number(), belief.option(), words);
  }
}
