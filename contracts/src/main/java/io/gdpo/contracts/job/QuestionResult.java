package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * One question of an evaluation.
 *
 * @param question its text, as the first prompt words it
 * @param options option texts by belief class, as far as the data has them
 * @param prompts distinct prompts (styles, wordings) of the question
 * @param pairs preference pairs of the question
 * @param target the group's distribution p*, by class
 * @param predicted the model's p_theta restricted to belief tokens, by class; mean over prompts
 * @param sampled sampled beliefs, counted by class, all prompts together
 * @param sampledWithoutBelief samples that do not begin with a belief digit
 * @param metrics by name; means over the question's prompts or pairs
 * @param examples a few of the sampled texts, verbatim
 * @param group whose answers {@code target} holds; absent if the data names no group, and of
 *     versions before
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record QuestionResult(
    String questionId,
    String question,
    Map<Integer, String> options,
    int prompts,
    int pairs,
    List<Double> target,
    List<Double> predicted,
    List<Integer> sampled,
    int sampledWithoutBelief,
    Map<String, Double> metrics,
    List<String> examples,
    String group) {}
