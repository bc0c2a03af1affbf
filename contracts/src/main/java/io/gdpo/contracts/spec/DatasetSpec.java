package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.RecordLayout;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Where a group's preference data comes from. Exactly one of {@code id}, {@code survey} and {@code
 * examples} is given.
 *
 * @param id an existing dataset of dataset-service
 * @param survey URI ({@code hf://datasets/OWNER/NAME@REVISION/PATH} for one of the Hugging Face
 *     Hub) or path of a survey CSV in the layout of the public GlobalOpinionQA table ({@code
 *     question,selections,options[,source]}), or with a row for each question and group ({@code
 *     question,responses,options,group}); dialogues are synthesised from it
 * @param examples URI or path of ready preference examples (.jsonl, .json, .csv or .parquet; file
 *     or folder of splits)
 * @param group the group whose distribution is the target. A survey needs it, or {@code groups}, or
 *     {@code by}; examples that name no group are this one's
 * @param synthesis how dialogues are made from the survey; defaults if absent
 * @param tokenizer URI or path of a {@code tokenizer.json}, for the token lengths on the dataset
 *     card; optional
 * @param options belief classes (0 to 5) by option text, for a survey's options whose words do not
 *     tell, or tell otherwise; compared by {@link #optionKey}; optional
 * @param groups several groups, instead of {@code group}; of a source that names them, only these
 *     are taken
 * @param by the column that tells a row's group, or, of a survey with columns {@code attribute} and
 *     {@code group}, the attribute; all its groups are taken unless some are named
 * @param kind what each record of {@code examples} is; told by its fields if absent
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DatasetSpec(
    String id,
    @Location String survey,
    @Location String examples,
    String group,
    SynthesisSpec synthesis,
    @Location String tokenizer,
    Map<String, Integer> options,
    List<String> groups,
    String by,
    RecordLayout kind) {
  /** The most option texts that a specification gives classes to. */
  public static final int MOST_OPTIONS = 200;

  /** The most groups of one dataset. */
  public static final int MOST_GROUPS = 100;

  private static final Pattern HUB_DATASET =
      Pattern.compile("hf://datasets/[^/@]+/[^/@]+(?:@[^/]+)?(?:/[^/]+)*/?");

  public DatasetSpec {
    synthesis =
        synthesis == null && survey != null ? new SynthesisSpec(null, null, null, null) : synthesis;
    options = options == null ? null : Collections.unmodifiableSortedMap(new TreeMap<>(options));
    groups = groups == null ? null : Collections.unmodifiableList(new ArrayList<>(groups));
  }

  /** The groups that are named; empty if all of the source's are asked for, or it is one's. */
  public List<String> groupNames() {
    return groups != null ? groups : group == null ? List.of() : List.of(group);
  }

  /** Whether prompts begin with the name of their group. */
  public boolean namesGroups() {
    Boolean asked = synthesis == null ? null : synthesis.nameGroup();
    return asked == null ? group == null : asked;
  }

  /** What two texts of an option have in common: all but upper case, spaces and encoding. */
  public static String optionKey(String option) {
    return Normalizer.normalize(option, Normalizer.Form.NFC)
        .strip()
        .replaceAll("\\s+", " ")
        .toLowerCase(Locale.ROOT);
  }

  /**
   * What two ways to write a group's name have in common: all but spaces around it and encoding.
   */
  public static String groupKey(String group) {
    return Normalizer.normalize(group, Normalizer.Form.NFC).strip();
  }

  /**
   * The id of the dataset that is made of this section and a source: one for one content, whoever
   * asks for it.
   *
   * @param sourceSha256 hash of the source's content
   */
  public String idFor(String sourceSha256) {
    String identity = Json.EVENTS.valueToTree(withoutBudget()) + sourceSha256;
    return "ds-" + UUID.nameUUIDFromBytes(identity.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Whether the same examples are asked for; the tokenizer only counts their tokens, and a budget
   * only stops their synthesis.
   */
  public boolean asksForTheDataOf(DatasetSpec other) {
    return other != null
        && withoutBudget().withTokenizer(null).equals(other.withoutBudget().withTokenizer(null));
  }

  private DatasetSpec withoutBudget() {
    return synthesis == null || synthesis.budget() == null
        ? this
        : new DatasetSpec(
            id,
            survey,
            examples,
            group,
            synthesis.withoutBudget(),
            tokenizer,
            options,
            groups,
            by,
            kind);
  }

  /** The same data, its tokens counted by another tokenizer. */
  public DatasetSpec withTokenizer(String other) {
    return new DatasetSpec(
        id, survey, examples, group, synthesis, other, options, groups, by, kind);
  }

  /** What its survey or its examples are read from; null if it names a dataset. */
  public String source() {
    return survey != null ? survey : examples;
  }

  /** Whether it is read from the Hugging Face Hub. */
  @JsonIgnore
  public boolean isOfHub() {
    return source() != null && source().startsWith("hf:");
  }

  /** The same, read from another address. */
  public DatasetSpec withSource(String address) {
    return new DatasetSpec(
        id,
        survey == null ? null : address,
        survey == null ? address : null,
        group,
        synthesis,
        tokenizer,
        options,
        groups,
        by,
        kind);
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
    if (isOfHub()) {
      check.that(
          survey != null ? "survey" : "examples",
          source(),
          address -> HUB_DATASET.matcher(address).matches(),
          "must be hf://datasets/OWNER/NAME, with @REVISION and /PATH behind it where they are"
              + " meant");
    }
    check.location("tokenizer", tokenizer);
    check.name("group", group);
    check.name("by", by);
    if (by != null && by.isBlank()) {
      check.add("by", "is empty; name the column that tells a row's group, or leave it out");
    }
    if (survey != null && by == null && groups == null && (group == null || group.isBlank())) {
      check.add(
          "group", "a survey needs the group whose answers to learn, or several under groups");
    }
    if (id != null && (groups != null || by != null)) {
      check.add(
          groups != null ? "groups" : "by",
          "belongs to a survey or to examples; a dataset has its groups");
    }
    if (kind != null && examples == null) {
      check.add("kind", "belongs to examples; a survey and a dataset are what they are");
    }
    if (groups != null) {
      checkGroups(check);
    }
    if (synthesis != null) {
      synthesis.check(check, survey != null);
    }
    if (options != null) {
      checkOptions(check);
    }
    return check.problems();
  }

  private void checkGroups(FieldChecks check) {
    if (group != null) {
      check.add("groups", "give either group or groups");
    }
    check.that(
        "groups",
        groups.size(),
        size -> size >= 1 && size <= MOST_GROUPS,
        "must name 1 to " + MOST_GROUPS + " groups");
    Set<String> seen = new HashSet<>();
    for (String name : groups) {
      check.name("groups", name);
      if (name == null || name.isBlank()) {
        check.add("groups", "holds an empty name");
      } else if (!seen.add(groupKey(name))) {
        check.add("groups", Reason.quoted(name) + " is named twice");
      }
    }
  }

  private void checkOptions(FieldChecks check) {
    if (survey == null) {
      check.add("options", "belong to a survey; ready examples and datasets have their classes");
    }
    check.that(
        "options",
        options.size(),
        size -> size <= MOST_OPTIONS,
        "must be at most " + MOST_OPTIONS + " texts");
    Map<String, String> seen = new HashMap<>();
    options.forEach(
        (text, belief) -> {
          check.name("options", text);
          String before = seen.put(optionKey(text), text);
          if (before != null) {
            check.add(
                "options",
                Reason.quoted(before) + " and " + Reason.quoted(text) + " are one text; give one");
          } else if (belief == null || belief < 0 || belief >= BeliefClass.COUNT) {
            check.add(
                "options",
                Reason.quoted(text)
                    + " must have a belief class, 0 to "
                    + (BeliefClass.COUNT - 1)
                    + " (5 and 4 favour, 3 neutral, 2 and 1 oppose, 0 no opinion), has "
                    + belief);
          }
        });
  }
}
