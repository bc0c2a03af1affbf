package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Where a group's preference data comes from. Exactly one of {@code id}, {@code survey} and {@code
 * examples} is given.
 *
 * @param id an existing dataset of dataset-service
 * @param survey URI or path of a survey CSV in the layout of the public GlobalOpinionQA table
 *     ({@code question,selections,options[,source]}); dialogues are synthesised from it
 * @param examples URI or path of ready preference examples (.jsonl, .json or .parquet; file or
 *     folder of splits)
 * @param group the group (column of {@code selections}) whose distribution is the target; needed
 *     with {@code survey}
 * @param synthesis how dialogues are made from the survey; defaults if absent
 * @param tokenizer URI or path of a {@code tokenizer.json}, for the token lengths on the dataset
 *     card; optional
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetSpec(
    String id,
    @Location String survey,
    @Location String examples,
    String group,
    SynthesisSpec synthesis,
    @Location String tokenizer) {

  /**
   * How dialogues and pairs are made.
   *
   * @param respondents respondents for each dialogue (question and style), apportioned to options
   *     by the group's percentages
   * @param seed seed of wordings, pairs and splits
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record SynthesisSpec(Integer respondents, Long seed) {
    public static final int DEFAULT_RESPONDENTS = 24;

    /** Percentages of a survey are told by far fewer; each respondent is an example or more. */
    public static final int MOST_RESPONDENTS = 10_000;

    public SynthesisSpec {
      respondents = respondents == null ? DEFAULT_RESPONDENTS : respondents;
      seed = seed == null ? 0L : seed;
    }
  }

  public DatasetSpec {
    synthesis = synthesis == null && survey != null ? new SynthesisSpec(null, null) : synthesis;
  }

  /**
   * The id of the dataset that is made of this section and a source: one for one content, whoever
   * asks for it.
   *
   * @param sourceSha256 hash of the source's content
   */
  public String idFor(String sourceSha256) {
    String identity = Json.EVENTS.valueToTree(this) + sourceSha256;
    return "ds-" + UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
  }

  /** Whether the same examples are asked for; the tokenizer only counts their tokens. */
  public boolean asksForTheDataOf(DatasetSpec other) {
    return other != null && withTokenizer(null).equals(other.withTokenizer(null));
  }

  /** The same data, its tokens counted by another tokenizer. */
  public DatasetSpec withTokenizer(String other) {
    return new DatasetSpec(id, survey, examples, group, synthesis, other);
  }

  /** The problems of this specification, with field paths below {@code path}; empty if none. */
  public List<SpecProblem> problems(String path) {
    FieldChecks check = new FieldChecks(path);
    int sources = (id == null ? 0 : 1) + (survey == null ? 0 : 1) + (examples == null ? 0 : 1);
    if (sources != 1) {
      check
          .problems()
          .add(
              new SpecProblem(
                  path, "give exactly one of id, survey and examples; " + sources + " are given"));
    }
    check.name("id", id);
    check.location("survey", survey);
    check.location("examples", examples);
    check.location("tokenizer", tokenizer);
    check.name("group", group);
    if (survey != null && (group == null || group.isBlank())) {
      check.add("group", "a survey needs the group whose answers to learn");
    }
    if (synthesis != null) {
      check.within(
          "synthesis.respondents", synthesis.respondents(), 2, SynthesisSpec.MOST_RESPONDENTS);
    }
    return check.problems();
  }
}
