package io.gdpo.group.chat;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.source.NotWrittenYetException;
import io.gdpo.chat.ChatAnswer;
import io.gdpo.chat.ChatClient;
import io.gdpo.chat.ChatException;
import io.gdpo.chat.ChatServer;
import io.gdpo.chat.KeptChat;
import io.gdpo.chat.Spending;
import io.gdpo.chat.Transcripts;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.DatasetException;
import io.gdpo.group.chat.ChatDialogues.Asked;
import io.gdpo.group.chat.ChatDialogues.Outcome;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupSurvey;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Has a chat model write the dialogues of questions: one call each, and one more where the answer
 * cannot be used as it is. Every call is kept in the artifact store; the same questions, model and
 * seed are answered from there.
 */
public final class ChatSynthesis {
  /** Where calls are kept in the artifact store: a file each. */
  public static final String FOLDER = "transcripts";

  /** A call and its answer; the client reads answers of at most 8 MiB. */
  private static final int MOST_BYTES = 64 << 20;

  private final ArtifactStore artifacts;
  private final Optional<ChatAccess> access;
  private final Consumer<String> log;

  /**
   * @param artifacts where calls are kept
   * @param access empty if nothing is to be asked, and only what is kept is used
   */
  public ChatSynthesis(ArtifactStore artifacts, Optional<ChatAccess> access, Consumer<String> log) {
    this.artifacts = artifacts;
    this.access = access;
    this.log = log;
  }

  /** Writes nothing new. */
  public static ChatSynthesis ofWhatIsKept(ArtifactStore artifacts) {
    return new ChatSynthesis(artifacts, Optional.empty(), line -> {});
  }

  /**
   * Has all questions of some groups written about, each once.
   *
   * @throws DatasetException if the model cannot be asked, or nothing is left to spend
   * @throws NotWrittenYetException if nothing is to be asked and a question is new
   * @throws ChatException if asking again later may help
   */
  public ChatDialogues of(SynthesisSpec spec, List<GroupSurvey> groups) {
    Map<Asked, GroupQuestion> questions = new LinkedHashMap<>();
    groups.stream()
        .flatMap(group -> group.questions().stream())
        .forEach(question -> questions.putIfAbsent(Asked.of(question), question));
    SynthesisSpec.Budget budget =
        Optional.ofNullable(spec.budget())
            .orElseGet(() -> new SynthesisSpec.Budget(null, null, null, null));
    Spending spending =
        new Spending(budget.tokens(), budget.cost(), budget.inputPrice(), budget.outputPrice());
    try {
      return new ChatDialogues(
          spec, written(spec, questions, chat(spec.endpoint(), spending)), spending);
    } catch (ChatException e) {
      if (e.isPassing()) {
        throw e;
      }
      throw new DatasetException("synthesis: " + e.getMessage(), e);
    }
  }

  private KeptChat chat(String endpoint, Spending spending) {
    URI address = URI.create(endpoint);
    return new KeptChat(
        address,
        access.map(
            it -> new ChatClient(ChatServer.patient(address, it.token(), it.timeout()), log)),
        new StoredTranscripts(),
        spending);
  }

  private Map<Asked, Outcome> written(
      SynthesisSpec spec, Map<Asked, GroupQuestion> questions, KeptChat chat) {
    int parallel = access.map(ChatAccess::parallel).orElse(1);
    ExecutorService threads = Executors.newFixedThreadPool(parallel);
    AtomicBoolean stopped = new AtomicBoolean();
    AtomicInteger done = new AtomicInteger();
    Map<Asked, Future<Optional<Outcome>>> futures = new LinkedHashMap<>();
    questions.forEach(
        (asked, question) ->
            futures.put(
                asked,
                threads.submit(
                    () -> {
                      if (stopped.get()) {
                        return Optional.empty();
                      }
                      try {
                        Optional<Outcome> outcome = outcome(spec, question, chat);
                        tell(done.incrementAndGet(), questions.size());
                        return outcome;
                      } catch (RuntimeException e) {
                        stopped.set(true); // what is under way is paid, and is kept
                        throw e;
                      }
                    })));
    threads.shutdown();
    Map<Asked, Outcome> outcomes = new LinkedHashMap<>();
    RuntimeException failure = null;
    for (Map.Entry<Asked, Future<Optional<Outcome>>> future : futures.entrySet()) {
      try {
        future.getValue().get().ifPresent(it -> outcomes.put(future.getKey(), it));
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof RuntimeException thrown)) {
          throw new IllegalStateException("a question failed", e.getCause());
        }
        failure = failure == null ? thrown : failure;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while a chat model was asked", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
    if (outcomes.size() < questions.size()) {
      throw new NotWrittenYetException(
          "the chat model "
              + spec.model()
              + " has yet to write about "
              + (questions.size() - outcomes.size())
              + " of "
              + questions.size()
              + " questions, in one or two calls each; that is done when the dataset is built");
    }
    return outcomes;
  }

  private void tell(int done, int all) {
    if (done == all || done % Math.max(1, all / 10) == 0) {
      log.accept("the chat model has written about " + done + " of " + all + " questions");
    }
  }

  /** Empty if nothing is to be asked and it is not kept. */
  private static Optional<Outcome> outcome(
      SynthesisSpec spec, GroupQuestion question, KeptChat chat) {
    try {
      Optional<ChatAnswer> first = chat.ask(DialoguePrompt.first(spec, question));
      if (first.isEmpty()) {
        return Optional.empty();
      }
      WrittenDialogues written = WrittenDialogues.of(first.get(), question);
      if (written.problems().isEmpty() || first.get().refusal() != null) {
        return Optional.of(new Outcome(question, written, false));
      }
      return chat.ask(DialoguePrompt.repair(spec, question, first.get(), written.problems()))
          .map(again -> new Outcome(question, WrittenDialogues.of(again, question), true));
    } catch (ChatException e) {
      if (!e.isOfRequest()) {
        throw e;
      }
      return Optional.of(new Outcome(question, WrittenDialogues.refused(e.getMessage()), true));
    }
  }

  private final class StoredTranscripts implements Transcripts {
    @Override
    public Optional<byte[]> find(String name) {
      try {
        return Optional.of(artifacts.read(artifacts.uri(FOLDER + "/" + name), MOST_BYTES));
      } catch (ArtifactMissingException e) {
        return Optional.empty(); // it was not asked yet
      }
    }

    @Override
    public void keep(String name, byte[] transcript) {
      artifacts.write(FOLDER + "/" + name, transcript);
    }
  }
}
