package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.chat.ChatSynthesis;
import io.gdpo.group.examples.ReadyExamples;
import io.gdpo.group.survey.GroupSurvey;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** The examples that a specification stands for; the same ones each time. */
public final class DatasetExamples {
  private DatasetExamples() {}

  /**
   * Gives all of them to {@code sink}, those of a split in order, without building anything. A chat
   * model is not asked.
   *
   * @param artifacts the store of addresses in the specification
   * @throws io.gdpo.artifacts.source.SourceException if the source is not there or cannot be used,
   *     or a chat model has yet to write something
   */
  public static void read(
      DatasetSpec spec, ArtifactStore artifacts, BiConsumer<Split, PreferenceExample> sink) {
    Path source = new Sources(artifacts).of(spec).path();
    if (spec.survey() != null) {
      SurveyDialogues.of(
              GroupSurvey.read(source, spec), spec, ChatSynthesis.ofWhatIsKept(artifacts))
          .examples(sink);
    } else {
      ReadyExamples.read(source, spec, sink);
    }
  }
}
