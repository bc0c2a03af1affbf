package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.Checked;
import io.gdpo.contracts.Reason;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An experiment: one group's data, one model, and a tree of training stages, each evaluated.
 *
 * @param name unique in a trainer-service; lower-case letters, digits and dashes
 * @param seed of everything that does not name its own seed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ExperimentSpec(
    String name,
    Long seed,
    DatasetSpec dataset,
    ModelSpec model,
    List<StageSpec> stages,
    EvaluationSpec evaluation)
    implements Checked {

  /** Each stage is a process and a row of every list. */
  public static final int MOST_STAGES = 100;

  /** What experiments and stages may be called, as a regular expression. */
  public static final String NAMES = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

  private static final Pattern NAME = Pattern.compile(NAMES);

  public ExperimentSpec {
    seed = seed == null ? 0L : seed;
    stages = stages == null ? List.of() : Collections.unmodifiableList(new ArrayList<>(stages));
    evaluation = evaluation == null ? EvaluationSpec.defaults() : evaluation;
  }

  /** The same on another dataset. */
  public ExperimentSpec withDataset(DatasetSpec other) {
    return new ExperimentSpec(name, seed, other, model, stages, evaluation);
  }

  /** This specification, if nothing is wrong with it. */
  public ExperimentSpec checked() {
    List<SpecProblem> problems = problems();
    if (!problems.isEmpty()) {
      throw new InvalidSpecException(problems);
    }
    return this;
  }

  @Override
  public InvalidSpecException refusal(Map<String, String> misread) {
    return new InvalidSpecException(misread, problems());
  }

  /** Everything that is wrong with this specification; empty if it can be run. */
  public List<SpecProblem> problems() {
    List<SpecProblem> problems = new ArrayList<>();
    checkName("name", name, problems);
    if (dataset == null) {
      problems.add(new SpecProblem("dataset", "is missing"));
    } else {
      problems.addAll(dataset.problems("dataset"));
    }
    if (model == null) {
      problems.add(new SpecProblem("model", "is missing"));
    } else {
      problems.addAll(model.problems("model"));
      if (model.template() == ModelSpec.PromptTemplate.CHAT
          && dataset != null
          && dataset.survey() != null) {
        problems.add(
            new SpecProblem(
                "model.template",
                "chat is for pairs, votes and judged responses; opinions of a survey are always"
                    + " read as <Q>...<A>, so leave it out"));
      }
    }
    problems.addAll(evaluation.problems("evaluation"));
    if (stages.isEmpty()) {
      problems.add(new SpecProblem("stages", "an experiment needs at least one stage"));
    }
    if (stages.size() > MOST_STAGES) {
      problems.add(
          new SpecProblem(
              "stages",
              String.format(
                  Locale.ROOT, "must be at most %d, are %d", MOST_STAGES, stages.size())));
      return problems;
    }
    Map<String, StageSpec> byName = new LinkedHashMap<>();
    for (int i = 0; i < stages.size(); i++) {
      StageSpec stage = stages.get(i);
      String path = "stages[" + i + "]";
      if (stage == null) {
        problems.add(new SpecProblem(path, "is empty; a stage has a name and training"));
        return problems;
      }
      if (checkName(path + ".name", stage.name(), problems)
          && byName.put(stage.name(), stage) != null) {
        problems.add(
            new SpecProblem(path + ".name", "'" + stage.name() + "' is used by another stage too"));
      }
      FieldChecks check = new FieldChecks(path);
      check.name("pool", stage.pool());
      problems.addAll(check.problems());
      if (stage.training() == null) {
        problems.add(new SpecProblem(path + ".training", "is missing"));
      } else {
        problems.addAll(stage.training().problems(path + ".training"));
      }
    }
    for (int i = 0; i < stages.size(); i++) {
      checkParent(i, byName, problems);
    }
    return problems;
  }

  private void checkParent(int i, Map<String, StageSpec> byName, List<SpecProblem> problems) {
    StageSpec stage = stages.get(i);
    String path = "stages[" + i + "].parent";
    if (stage.parent() == null) {
      boolean needsReference =
          stage.training() != null
              && stage.training().loss() != null
              && stage.training().loss().needs(Loss.Need.REFERENCE);
      if (needsReference && model != null && model.init() != null) {
        problems.add(
            new SpecProblem(
                path,
                "'"
                    + stage.training().loss().label()
                    + "' compares with a trained reference model; name the stage to start from"));
      }
      return;
    }
    if (!byName.containsKey(stage.parent())) {
      problems.add(
          new SpecProblem(
              path,
              "there is no stage "
                  + Reason.quoted(stage.parent())
                  + "; the stages are "
                  + byName.keySet()));
      return;
    }
    Set<String> seen = new HashSet<>();
    for (StageSpec s = stage; s != null; s = s.parent() == null ? null : byName.get(s.parent())) {
      if (!seen.add(s.name())) {
        problems.add(new SpecProblem(path, "the stages form a cycle through '" + s.name() + "'"));
        return;
      }
    }
  }

  private static boolean checkName(String path, String name, List<SpecProblem> problems) {
    if (name == null || !NAME.matcher(name).matches()) {
      problems.add(
          new SpecProblem(
              path,
              "must be 1 to 63 lower-case letters, digits and dashes, is "
                  + (name == null ? "missing" : Reason.quoted(name))));
      return false;
    }
    return true;
  }
}
