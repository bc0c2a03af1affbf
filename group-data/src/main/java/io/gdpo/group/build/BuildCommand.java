package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.chat.ChatServer;
import io.gdpo.contracts.job.BuildResult;
import io.gdpo.contracts.job.BuildTask;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.group.chat.ChatAccess;
import io.gdpo.group.chat.ChatSynthesis;
import io.gdpo.lm.InvalidModelException;
import java.io.PrintStream;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The command {@code build}: builds one dataset; its result is a {@link BuildResult}. A dataset
 * appears whole or not at all.
 */
public final class BuildCommand implements WorkerCommand<BuildTask> {
  @Override
  public String verb() {
    return "build";
  }

  @Override
  public Class<BuildTask> task() {
    return BuildTask.class;
  }

  @Override
  public BuildResult run(
      BuildTask task, ArtifactStore folder, BooleanSupplier stopAsked, PrintStream console) {
    ArtifactStore artifacts = Artifacts.at(URI.create(task.artifacts()));
    try {
      DatasetBuilder.Built built =
          new DatasetBuilder(
                  new Sources(artifacts, console::println),
                  artifacts,
                  new ChatSynthesis(
                      artifacts,
                      Optional.ofNullable(task.chat()).map(BuildCommand::access),
                      console::println))
              .build(task.datasetId(), task.spec(), Optional.ofNullable(task.sourceSha256()));
      console.println(task.datasetId() + " is built: " + built.examplesBySplit());
      return new BuildResult(
          built.uri().toString(), built.examplesBySplit(), built.card().sourceSha256());
    } catch (StackOverflowError e) {
      throw new PreferenceDataException(
          "something in the source is nested too deep or too long", e);
    }
  }

  private static ChatAccess access(BuildTask.ChatCalls calls) {
    return new ChatAccess(
        calls.parallel(),
        Duration.ofSeconds(calls.timeoutSeconds()),
        Optional.ofNullable(System.getenv(ChatServer.TOKEN)));
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return cause instanceof SourceException
        || cause instanceof PreferenceDataException
        || cause instanceof InvalidModelException;
  }
}
