package io.gdpo.group.examples;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.data.Opinion;
import io.gdpo.contracts.data.Opinion.Belief;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.group.Bounds;
import io.gdpo.group.belief.BeliefDistribution;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Two reviews with their ratings, and how all who rated the same gave their stars ({@code
 * Binwei01/movie_review}, Yao et al. 2025): the fields of an opinion, without an option's text. The
 * belief class is the number of stars, 1 to 5; there is no class 0.
 */
final class ReviewRecord {
  private static final int MOST_STARS = 5;
  private static final String STYLE = "review";

  private final FieldReader fields;

  ReviewRecord(FieldReader fields) {
    this.fields = fields;
  }

  /** Whether a record with these fields is one: it has ratings, and no options. */
  static boolean isOne(FieldReader fields) {
    return fields.has(ExampleField.ACCEPT_CHOICE_ID.key())
        && Stream.of(ExampleField.OPTIONS, ExampleField.ACCEPT_CHOICE, ExampleField.REJECT_CHOICE)
            .map(field -> fields.values().path(field.key()))
            .allMatch(value -> value.isTextual() ? value.textValue().isEmpty() : value.isEmpty());
  }

  PreferenceExample example(String group) {
    int chosenStars = stars(ExampleField.ACCEPT_CHOICE_ID);
    int rejectedStars = stars(ExampleField.REJECT_CHOICE_ID);
    BeliefDistribution ratings = ratings();
    String prompt = fields.text(ExampleField.PROMPT.key(), Bounds.TEXT);
    String id = ExampleField.QUESTION_ID.key();
    PreferenceExample pair =
        PairRecord.pair(
            fields.place(),
            prompt,
            STYLE,
            fields.text(ExampleField.ACCEPT_RESPONSE.key(), Bounds.TEXT),
            fields.text(ExampleField.REJECT_RESPONSE.key(), Bounds.TEXT),
            group);
    return new PreferenceExample(
        fields.has(id) ? fields.text(id, Bounds.NAME) : prompt,
        STYLE,
        prompt,
        "",
        pair.chosen(),
        pair.rejected(),
        new Opinion(
            List.of(),
            new Belief(chosenStars, ""),
            new Belief(rejectedStars, ""),
            ratings.probabilities(),
            chosenStars == ratings.majority()),
        null,
        group);
  }

  private int stars(ExampleField field) {
    double stars = fields.number(field.key());
    if (stars != Math.rint(stars) || stars < 1 || stars > MOST_STARS) {
      throw fields.wrong(field.key(), "must be a rating of 1 to 5 stars, is " + stars);
    }
    return (int) stars;
  }

  /** For 1 to 5 stars, or for classes 0 to 5 of which the first has nothing. */
  private BeliefDistribution ratings() {
    String field = ExampleField.PROBABILITIES.key();
    JsonNode given = fields.array(field);
    List<Double> probabilities = new ArrayList<>();
    if (given.size() == MOST_STARS) {
      probabilities.add(0.0);
    }
    for (JsonNode share : given) {
      if (!share.isNumber()) {
        throw fields.wrong(field, "must hold numbers, holds " + FieldReader.shown(share));
      }
      probabilities.add(share.doubleValue());
    }
    BeliefDistribution.problem(probabilities)
        .ifPresent(
            problem -> {
              throw fields.wrong(field, problem);
            });
    if (probabilities.get(0) > 0) {
      throw fields.wrong(field, "there is no rating of 0 stars, and it has " + given.get(0));
    }
    return new BeliefDistribution(probabilities);
  }
}
