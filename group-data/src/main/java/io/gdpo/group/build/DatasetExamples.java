package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.examples.ReadyExamples;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupSurvey;
import io.gdpo.group.synthesis.Dialogues;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;

/** The examples that a specification stands for; the same ones each time. */
public final class DatasetExamples {
  private DatasetExamples() {}

  /**
   * Gives all of them to {@code sink}, those of a split in order, without building anything.
   *
   * @param artifacts the store of addresses in the specification
   * @throws io.gdpo.artifacts.source.SourceException if the source is not there or cannot be used
   */
  public static void read(
      DatasetSpec spec, ArtifactStore artifacts, BiConsumer<Split, PreferenceExample> sink) {
    Path source = new Sources(artifacts).of(spec);
    if (spec.survey() != null) {
      ofSurvey(GroupSurvey.read(source, spec), spec, sink);
    } else {
      ReadyExamples.read(source, spec, sink);
    }
  }

  /**
   * Those made of a survey.
   *
   * @param groups what each of its groups answered
   * @return ids of the questions whose wording was cut
   */
  static List<String> ofSurvey(
      List<GroupSurvey> groups, DatasetSpec spec, BiConsumer<Split, PreferenceExample> sink) {
    Dialogues dialogues = new Dialogues(spec.synthesis());
    long questions = groups.stream().mapToLong(group -> group.questions().size()).sum();
    long examples = questions * dialogues.examplesForEachQuestion();
    if (examples > Bounds.EXAMPLES) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "synthesis.respondents: %,d for each dialogue of %,d questions make %,d examples, more"
                  + " than %,d; ask for fewer respondents",
              spec.synthesis().respondents(),
              questions,
              examples,
              Bounds.EXAMPLES));
    }
    Map<String, List<GroupQuestion>> asked = new LinkedHashMap<>();
    groups.forEach(group -> asked.put(group.group(), group.questions()));
    return dialogues.of(asked, spec.namesGroups(), sink);
  }
}
