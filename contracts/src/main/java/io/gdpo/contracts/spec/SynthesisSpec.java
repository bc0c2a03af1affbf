package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Map;

/**
 * How dialogues and pairs are made of a survey.
 *
 * @param respondents respondents for each dialogue (question and style), apportioned to options by
 *     the group's percentages; a file may say {@code small} ({@value #SMALL}) or {@code large}
 *     ({@value #LARGE})
 * @param seed seed of wordings, pairs and splits
 * @param split what the splits do not share; null stands for {@link SplitBy#STYLES}
 * @param nameGroup whether a prompt begins with the name of its group; null stands for whether the
 *     dataset has several
 * @param model the chat model that writes the dialogues; null if they are made of templates
 * @param endpoint where it is asked, in the way of OpenAI's API: what {@code /chat/completions}
 *     stands behind
 * @param budget what the chat model may cost; changes no data
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SynthesisSpec(
    @JsonDeserialize(using = RespondentsReader.class) Integer respondents,
    Long seed,
    SplitBy split,
    Boolean nameGroup,
    String model,
    String endpoint,
    Budget budget) {
  public static final int DEFAULT_RESPONDENTS = 24;

  /** What {@code small} stands for: some 40 examples a question, as the published small sets. */
  public static final int SMALL = 8;

  /** What {@code large} stands for: some 455 examples a question, as the published large sets. */
  public static final int LARGE = 91;

  /** Percentages of a survey are told by far fewer; each respondent is an example or more. */
  public static final int MOST_RESPONDENTS = 10_000;

  private static final long MOST_TOKENS = 1_000_000_000_000L;

  /**
   * What the calls of one dataset may cost, those of builds before it included; no call is begun
   * when that is reached.
   *
   * @param tokens of prompts and answers together; null for any number
   * @param cost in the currency of the prices; null for any
   * @param inputPrice of a million tokens of prompts; null if the cost is not counted
   * @param outputPrice of a million tokens of answers; likewise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Budget(Long tokens, Double cost, Double inputPrice, Double outputPrice) {}

  public SynthesisSpec {
    respondents = respondents == null ? DEFAULT_RESPONDENTS : respondents;
    seed = seed == null ? 0L : seed;
    split = split == SplitBy.STYLES ? null : split; // one content has one id, however it is asked
    endpoint = endpoint == null ? null : endpoint.replaceFirst("/+$", "");
  }

  /** Dialogues made of templates. */
  public SynthesisSpec(Integer respondents, Long seed, SplitBy split, Boolean nameGroup) {
    this(respondents, seed, split, nameGroup, null, null, null);
  }

  SynthesisSpec withoutBudget() {
    return new SynthesisSpec(respondents, seed, split, nameGroup, model, endpoint, null);
  }

  void check(FieldChecks check, boolean ofSurvey) {
    check.within("synthesis.respondents", respondents, 2, MOST_RESPONDENTS);
    if (split == SplitBy.RESPONDENTS && respondents < SplitBy.FEWEST_RESPONDENTS) {
      check.add(
          "synthesis.respondents",
          "must be at least "
              + SplitBy.FEWEST_RESPONDENTS
              + " where they are split, one for each split, is "
              + respondents);
    }
    if (!ofSurvey && split != null) {
      check.add(
          "synthesis.split", "belongs to a survey; a file of examples is split by its prompts");
    }
    if (!ofSurvey && nameGroup != null) {
      check.add("synthesis.name_group", "belongs to a survey; the prompts of examples are written");
    }
    if (!ofSurvey && model != null) {
      check.add("synthesis.model", "belongs to a survey; the dialogues of examples are written");
    }
    checkChat(check);
    if (budget != null) {
      checkBudget(check);
    }
  }

  private void checkChat(FieldChecks check) {
    check.name("synthesis.model", model);
    if (model != null && model.isBlank()) {
      check.add("synthesis.model", "is empty; name the chat model, or leave it out");
    }
    if (model != null && endpoint == null) {
      check.add(
          "synthesis.endpoint",
          "is missing: where is the chat model asked? Such as http://127.0.0.1:8000/v1");
    }
    if (model == null && endpoint != null) {
      check.add("synthesis.model", "is missing: which chat model is asked at the endpoint?");
    }
    if (model == null && budget != null) {
      check.add("synthesis.budget", "belongs to a chat model; templates cost nothing");
    }
    int before = check.problems().size();
    check.location("synthesis.endpoint", endpoint);
    if (endpoint != null && check.problems().size() == before) {
      check.that(
          "synthesis.endpoint",
          endpoint,
          SynthesisSpec::isEndpoint,
          "must be http:// or https://, a host and a path, as in http://127.0.0.1:8000/v1");
    }
  }

  private static boolean isEndpoint(String address) {
    try {
      URI uri = new URI(address);
      return ("http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawQuery() == null
          && uri.getRawFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private void checkBudget(FieldChecks check) {
    check.within("synthesis.budget.tokens", budget.tokens, 1, MOST_TOKENS);
    check.that("synthesis.budget.cost", budget.cost, cost -> cost > 0, "must be above 0");
    check.that(
        "synthesis.budget.input_price",
        budget.inputPrice,
        price -> price >= 0,
        "must be 0 or more");
    check.that(
        "synthesis.budget.output_price",
        budget.outputPrice,
        price -> price >= 0,
        "must be 0 or more");
    if ((budget.cost != null || budget.inputPrice != null || budget.outputPrice != null)
        && (budget.inputPrice == null || budget.outputPrice == null)) {
      check.add(
          "synthesis.budget",
          "needs input_price and output_price, of a million tokens each, to count a cost");
    }
  }

  /** Reads a number, or the name of a published size. */
  static final class RespondentsReader extends StdScalarDeserializer<Integer> {
    private static final long serialVersionUID = 1L;

    private static final Map<String, Integer> SIZES = Map.of("small", SMALL, "large", LARGE);

    RespondentsReader() {
      super(Integer.class);
    }

    @Override
    public Integer deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (parser.hasToken(JsonToken.VALUE_STRING)) {
        String word = parser.getText().strip();
        if (SIZES.containsKey(word)) {
          return SIZES.get(word);
        }
        if (!word.matches("[+-]?[0-9.eE]+")) {
          String problem =
              String.format(
                  Locale.ROOT,
                  "must be a whole number, small (%d) or large (%d), is %s",
                  SMALL,
                  LARGE,
                  Reason.quoted(parser.getText()));
          throw InvalidFormatException.from(parser, problem, parser.getText(), handledType());
        }
      }
      return context.readValue(parser, Integer.class);
    }
  }
}
