package io.gdpo.contracts.data;

import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * One preference example: a prompt, the response that somebody prefers and another one; of opinion
 * data also the group's belief distribution, and what each side expresses. Of data that judges each
 * response by itself, a prompt and one response: the chosen one if it is good, else the rejected
 * one.
 *
 * @param questionId the survey question; opinions of one question and group share their
 *     distribution. Of other data the prompt
 * @param style dialogue style, such as {@code style-3}; splits of a survey are made by style
 * @param prompt the question x
 * @param context text before the question; empty if none
 * @param chosen the preferred response, without its belief; null of a response that is judged bad
 * @param rejected the other response, without its belief; null of a response that is judged good
 * @param opinion null of data that tells no beliefs
 * @param votes null where nobody was counted: the preference is one person's, or all's
 * @param group whose preference it is; empty if the data names no group
 */
public record PreferenceExample(
    String questionId,
    String style,
    String prompt,
    String context,
    String chosen,
    String rejected,
    Opinion opinion,
    Votes votes,
    String group) {

  public PreferenceExample {
    Objects.requireNonNull(group, "group");
    if (chosen == null && rejected == null) {
      throw new IllegalArgumentException("an example needs a response");
    }
  }

  /** What an example tells beside its prompt; those of a data set all tell the same. */
  public enum Kind {
    /** Two responses, the belief that each expresses, and the group's distribution of beliefs. */
    OPINION("an opinion"),
    /** Two responses, of which one is preferred. */
    PAIR("a pair without beliefs"),
    /** One response, which is good or bad by itself. */
    JUDGED("a response that is judged by itself");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    /** What an example of it is. */
    public String words() {
      return words;
    }
  }

  /**
   * What an evaluation asks: two groups may answer one question differently.
   *
   * @param questionId the survey question
   * @param group the group that it is asked of; empty if the data names none
   */
  public record Asked(String questionId, String group) {}

  /** An opinion of a group without a name. */
  public static PreferenceExample ofOpinion(
      String questionId,
      String style,
      String prompt,
      String context,
      List<String> options,
      int chosenBelief,
      String chosenOption,
      String chosen,
      int rejectedBelief,
      String rejectedOption,
      String rejected,
      List<Double> probabilities,
      boolean majority) {
    return new PreferenceExample(
        questionId,
        style,
        prompt,
        context,
        chosen,
        rejected,
        new Opinion(
            options,
            new Opinion.Belief(chosenBelief, chosenOption),
            new Opinion.Belief(rejectedBelief, rejectedOption),
            probabilities,
            majority),
        null,
        "");
  }

  /** Two responses to a prompt, of which somebody prefers one; no belief is told. */
  public static PreferenceExample ofPair(
      String prompt, String style, String chosen, String rejected, String group) {
    return ofVotes(prompt, style, chosen, rejected, null, group);
  }

  /** The same, with how many people preferred which. */
  public static PreferenceExample ofVotes(
      String prompt, String style, String chosen, String rejected, Votes votes, String group) {
    return new PreferenceExample(prompt, style, prompt, "", chosen, rejected, null, votes, group);
  }

  /** A response that is judged by itself. */
  public static PreferenceExample ofJudged(
      String prompt, String style, String response, boolean good, String group) {
    return ofPair(prompt, style, good ? response : null, good ? null : response, group);
  }

  /** What it tells. */
  public Kind kind() {
    return opinion != null
        ? Kind.OPINION
        : chosen != null && rejected != null ? Kind.PAIR : Kind.JUDGED;
  }

  /**
   * The share of people who prefer the chosen response to the rejected one: of those who voted, or,
   * where the group's distribution of beliefs is told, of its people who hold one of the two
   * beliefs (one half where nobody does). Empty where nobody was counted.
   */
  public OptionalDouble share() {
    if (votes != null) {
      return OptionalDouble.of(votes.share());
    }
    if (opinion == null) {
      return OptionalDouble.empty();
    }
    double preferred = opinion.probabilities().get(opinion.chosen().number());
    double both = preferred + opinion.probabilities().get(opinion.rejected().number());
    return OptionalDouble.of(both > 0 ? preferred / both : 0.5);
  }

  /** Whether beliefs are told, which some losses need. */
  public boolean hasBeliefs() {
    return opinion != null;
  }

  /**
   * The same example of a group.
   *
   * @param opening what stands before its context
   */
  public PreferenceExample of(String group, String opening) {
    return new PreferenceExample(
        questionId, style, prompt, opening + context, chosen, rejected, opinion, votes, group);
  }

  /** The question as it was asked of this group. */
  public Asked asked() {
    return new Asked(questionId, group);
  }
}
