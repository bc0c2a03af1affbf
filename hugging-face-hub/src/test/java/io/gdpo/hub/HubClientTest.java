package io.gdpo.hub;

import static io.gdpo.hub.HubServer.COMMIT;
import static io.gdpo.hub.HubServer.MODEL;
import static io.gdpo.hub.HubServer.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubClientTest {
  private static final String LATER_COMMIT = "f".repeat(40);
  private static final String WEIGHTS = "model.safetensors";

  @TempDir Path cache;

  private final HubServer hub = HubServer.ofSmallModel();
  private final List<Duration> waits = Collections.synchronizedList(new ArrayList<>());
  private final Heard heard = new Heard();

  /** What a listener is told. */
  private static final class Heard implements DownloadListener {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());
    private final List<Long> done = new ArrayList<>();
    private long total;

    @Override
    public void transferred(String file, long bytes, long all) {
      done.add(bytes);
      total = all;
    }

    @Override
    public void said(String line) {
      lines.add(line);
    }
  }

  @AfterEach
  void stopServer() {
    hub.close();
  }

  @Test
  void aModelIsDownloadedWithWhatItNeedsAndNothingElse() throws IOException {
    HubSnapshot snapshot = download();

    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(snapshot.repository()).isEqualTo(MODEL);
    assertThat(names(snapshot.folder()))
        .containsExactly("config.json", WEIGHTS, "tokenizer.json", "tokenizer_config.json");
    for (String file : names(snapshot.folder())) {
      assertThat(Files.readAllBytes(snapshot.folder().resolve(file))).isEqualTo(hub.content(file));
    }
  }

  @Test
  void whatTravelsWithAModelIsDownloadedTooUnlessItIsLarge() throws IOException {
    List<String> travelling =
        List.of("chat_template.jinja", "merges.txt", "special_tokens_map.json", "tokenizer.model");
    travelling.forEach(file -> hub.put(file, file));
    hub.put("vocab.json", "{}");
    hub.once(
        "hub HEAD vocab.json",
        exchange -> {
          exchange.getResponseHeaders().set("ETag", HubServer.gitSha1(hub.content("vocab.json")));
          exchange.getResponseHeaders().set("X-Linked-Size", Long.toString(33 << 20));
          exchange.sendResponseHeaders(200, -1);
        });

    Path folder = download().folder();

    for (String file : travelling) {
      assertThat(folder.resolve(file)).hasContent(file);
    }
    assertThat(folder.resolve("vocab.json")).doesNotExist();
    assertThat(heard.lines)
        .anySatisfy(line -> assertThat(line).contains("vocab.json of 34.6 MB is left out"));
  }

  @Test
  void aCommitWithoutEitherFileThatNamesTheEndOfASequenceIsCompleted() throws IOException {
    hub.remove("tokenizer_config.json");
    hub.put("special_tokens_map.json", "{}");
    Path map = download(client(), MODEL.at(COMMIT)).folder().resolve("special_tokens_map.json");
    Files.delete(map);

    download(client(), MODEL.at(COMMIT));

    assertThat(map).isRegularFile();
  }

  @Test
  void filesAreRelativeLinksToBlobsNamedByTheirHashes() throws IOException {
    Path folder = download().folder();

    assertThat(Files.readSymbolicLink(folder.resolve(WEIGHTS)))
        .isEqualTo(Path.of("../../blobs", HubServer.sha256(hub.content(WEIGHTS))));
    assertThat(Files.readSymbolicLink(folder.resolve("config.json")))
        .isEqualTo(Path.of("../../blobs", HubServer.gitSha1(hub.content("config.json"))));
    assertThat(repository().resolve("refs/main")).hasContent(COMMIT);
    assertThat(names(repository().resolve("blobs"))).hasSize(4);
  }

  @Test
  void whatTheCacheHoldsIsNotDownloadedAgain() {
    download();
    hub.requests().clear();

    download();

    assertThat(hub.requests()).hasToString("[hub GET main]");
  }

  @Test
  void aCommitThatTheCacheHoldsIsNotEvenAskedFor() {
    download(client(), MODEL.at(COMMIT));
    hub.requests().clear();

    HubSnapshot again = download(client(), MODEL.at(COMMIT));

    assertThat(hub.requests()).isEmpty();
    assertThat(again.commit()).isEqualTo(COMMIT);
    assertThat(repository().resolve("refs")).doesNotExist();
  }

  @Test
  void aCommitThatAnotherToolFilledWithoutMarksIsNotAskedForEither() throws IOException {
    download(client(), MODEL.at(COMMIT));
    removeMarks();
    hub.requests().clear();

    download(client(), MODEL.at(COMMIT));

    assertThat(hub.requests()).isEmpty();
  }

  @Test
  void aCommitWithoutTheFileThatNamesTheEndOfASequenceIsCompleted() throws IOException {
    Path settings = download(client(), MODEL.at(COMMIT)).folder().resolve("tokenizer_config.json");
    Files.delete(settings);

    download(client(), MODEL.at(COMMIT));

    assertThat(settings).isRegularFile();
  }

  @Test
  void aCommitThatTheHubRefusesIsTakenFromTheCacheAndThatIsSaid() throws IOException {
    Path folder = download(client(), MODEL.at(COMMIT)).folder();
    Files.delete(folder.resolve("tokenizer_config.json"));
    hub.once("hub GET " + COMMIT, refusal(401, "RepoNotFound"));

    assertThat(download(client(), MODEL.at(COMMIT)).folder()).isEqualTo(folder);
    assertThat(heard.lines)
        .anySatisfy(l -> assertThat(l).contains("no such repository").contains("from the cache"));
  }

  @Test
  void aWholeCacheThatCannotBeWrittenIsUsedAndThatIsSaid() throws IOException {
    HubSnapshot first = download();
    removeMarks();
    Files.writeString(repository().resolve(".no_exist"), "a file where a folder must be");

    assertThat(download()).isEqualTo(first);
    assertThat(heard.lines).anySatisfy(l -> assertThat(l).contains("cannot note"));
  }

  private void removeMarks() throws IOException {
    Path marks = repository().resolve(".no_exist");
    for (String file : names(marks.resolve(COMMIT))) {
      Files.delete(marks.resolve(COMMIT).resolve(file));
    }
    Files.delete(marks.resolve(COMMIT));
    Files.delete(marks);
  }

  @Test
  void aLaterCommitSharesTheFilesThatDidNotChange() throws IOException {
    download();
    hub.moveMain(LATER_COMMIT);
    hub.put("config.json", "{\"model_type\": \"gpt2\", \"n_layer\": 3}\n");
    hub.requests().clear();

    HubSnapshot later = download();

    assertThat(later.commit()).isEqualTo(LATER_COMMIT);
    assertThat(hub.requests("cdn")).isEmpty();
    assertThat(later.folder().resolve("config.json")).content().contains("n_layer");
    assertThat(repository().resolve("refs/main")).hasContent(LATER_COMMIT);
    assertThat(repository().resolve("snapshots").resolve(COMMIT).resolve(WEIGHTS)).exists();
  }

  @Test
  void aRevisionWithSlashesIsABranchToo() {
    HubSnapshot snapshot = download(client(), HubRepository.model("owner/name@refs/pr/1"));

    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(repository().resolve("refs/refs/pr/1")).hasContent(COMMIT);
  }

  @Test
  void shardedWeightsAreDownloadedByTheirIndex() throws IOException {
    hub.remove(WEIGHTS);
    hub.put("model-00001-of-00002.safetensors", "one");
    hub.put("model-00002-of-00002.safetensors", "two");
    hub.put(
        "model.safetensors.index.json",
        """
        {"weight_map": {"a": "model-00001-of-00002.safetensors",
                        "b": "model-00002-of-00002.safetensors",
                        "c": "model-00001-of-00002.safetensors"}}
        """);

    HubSnapshot snapshot = download();

    assertThat(names(snapshot.folder()))
        .contains(
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "model.safetensors.index.json");
    assertThat(offline(MODEL).folder()).isEqualTo(snapshot.folder());
  }

  @Test
  void anIndexThatPointsOutOfTheRepositoryIsRefused() {
    hub.remove(WEIGHTS);
    hub.put("model.safetensors.index.json", "{\"weight_map\": {\"a\": \"../../secret\"}}");

    assertRefused(this::download, "model.safetensors.index.json", "../../secret");
  }

  @Test
  void aDownloadThatWasInterruptedGoesOnWhereItStopped() throws IOException {
    byte[] weights = hub.content(WEIGHTS);
    leavePartialWeights(100_000);

    HubSnapshot snapshot = download();

    assertThat(hub.requests("cdn")).hasToString("[cdn GET model.safetensors bytes=100000-]");
    assertThat(Files.readAllBytes(snapshot.folder().resolve(WEIGHTS))).isEqualTo(weights);
    assertThat(partialWeights()).doesNotExist();
    assertThat(heard.lines).anySatisfy(l -> assertThat(l).contains("at byte 100000"));
  }

  @Test
  void aCutConnectionIsTakenUpWhereItWasCut() throws IOException {
    hub.once("cdn GET " + WEIGHTS, cutAfter(70_000));

    HubSnapshot snapshot = download();

    assertThat(hub.requests("cdn")).hasSize(2);
    assertThat(hub.requests("cdn").get(1).range().orElseThrow()).matches("bytes=[1-9][0-9]*-");
    assertThat(Files.readAllBytes(snapshot.folder().resolve(WEIGHTS)))
        .isEqualTo(hub.content(WEIGHTS));
    assertThat(waits).hasSize(1);
  }

  @Test
  void aServerThatFallsSilentCountsAsCut() throws IOException {
    CountDownLatch done = new CountDownLatch(1);
    hub.once(
        "cdn GET " + WEIGHTS,
        exchange -> {
          exchange.sendResponseHeaders(200, hub.content(WEIGHTS).length);
          exchange.getResponseBody().write(hub.content(WEIGHTS), 0, 1000);
          exchange.getResponseBody().flush();
          await(done);
        });

    HubSnapshot snapshot = download();
    done.countDown();

    assertThat(heard.lines).anySatisfy(l -> assertThat(l).contains("no byte came"));
    assertThat(snapshot.folder().resolve(WEIGHTS)).isRegularFile();
  }

  @Test
  void aServerThatIgnoresTheRangeIsReadFromTheStart() throws IOException {
    hub.once("cdn GET " + WEIGHTS, cutAfter(70_000));
    hub.once("cdn GET " + WEIGHTS, e -> HubServer.send(e, 200, hub.content(WEIGHTS)));

    HubSnapshot snapshot = download();

    assertThat(Files.readAllBytes(snapshot.folder().resolve(WEIGHTS)))
        .isEqualTo(hub.content(WEIGHTS));
  }

  @Test
  void aConnectionThatIsCutAgainAndAgainWithoutAByteIsGivenUp() {
    for (int i = 0; i < 4; i++) {
      hub.once("cdn GET " + WEIGHTS, cutAfter(0));
    }

    assertRefused(this::download, WEIGHTS, "tried 4 times", "HF_ENDPOINT");
    assertThat(waits)
        .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));
    assertThat(repository().resolve("refs/main")).doesNotExist();
  }

  @Test
  void bytesThatComeForASecondTimeAreNoProgress() {
    for (int i = 0; i < 30; i++) {
      hub.once("cdn GET " + WEIGHTS, cutAfter(70_000));
    }

    assertRefused(this::download, WEIGHTS, "tried 4 times", "HF_ENDPOINT");
  }

  @Test
  void contentThatEndsBeforeWhatWasAnnouncedIsRefusedAndNotAskedForAgain() {
    hub.once("cdn GET " + WEIGHTS, chunked(Arrays.copyOf(hub.content(WEIGHTS), 1000)));

    assertRefused(this::download, WEIGHTS, "1000 bytes came, 300000 were announced", "a proxy");
    assertThat(waits).isEmpty();
    assertThat(partialWeights()).doesNotExist();
  }

  @Test
  void aPartOfTheRangeThatWasAskedForIsTakenAndTheRestAskedFor() throws IOException {
    leavePartialWeights(100_000);
    hub.once(
        "cdn GET " + WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 100000-199999/300000");
          HubServer.send(exchange, 206, Arrays.copyOfRange(hub.content(WEIGHTS), 100_000, 200_000));
        });

    HubSnapshot snapshot = download();

    assertThat(hub.requests("cdn").get(1).range()).contains("bytes=200000-");
    assertThat(Files.readAllBytes(snapshot.folder().resolve(WEIGHTS)))
        .isEqualTo(hub.content(WEIGHTS));
  }

  @Test
  void contentOfAnotherLengthThanAnnouncedIsRefusedAndNotAskedForAgain() {
    byte[] shorter = Arrays.copyOf(hub.content(WEIGHTS), 1000);
    hub.once("cdn GET " + WEIGHTS, exchange -> HubServer.send(exchange, 200, shorter));

    assertRefused(this::download, WEIGHTS, "sends 1000 bytes, 300000 were announced", "a mirror");
    assertThat(waits).isEmpty();
    assertThat(partialWeights()).doesNotExist();
  }

  @Test
  void aRangeOfContentOfAnotherLengthIsRefusedAndNotAskedForAgain() throws IOException {
    leavePartialWeights(100_000);
    hub.once(
        "cdn GET " + WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 100000-299998/299999");
          HubServer.send(exchange, 206, new byte[199_999]);
        });

    assertRefused(this::download, "sends 299999 bytes, 300000 were announced");
    assertThat(waits).isEmpty();
    assertThat(partialWeights()).doesNotExist();
  }

  @Test
  void anEmptyRangeIsSaid() throws IOException {
    leavePartialWeights(100_000);
    hub.once(
        "cdn GET " + WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().set("Content-Range", "bytes 100000-299999/300000");
          exchange.sendResponseHeaders(206, -1);
        });

    assertRefused(this::download, "the answer (206) for the bytes from 100000 to 300000 is empty");
    assertThat(waits).isEmpty();
  }

  @Test
  void encodedContentIsRefusedByTheNameOfItsEncoding() {
    hub.once(
        "hub GET config.json",
        exchange -> {
          exchange.getResponseHeaders().set("Content-Encoding", "gzip");
          HubServer.send(exchange, 200, new byte[20]);
        });

    assertRefused(this::download, "config.json", "Content-Encoding gzip", "HF_ENDPOINT");
    assertThat(waits).isEmpty();
  }

  @Test
  void aServerNeedNotTellASizeBeforeTheContent() throws IOException {
    hub.once("hub HEAD config.json", withoutSize("config.json"));
    hub.once("hub HEAD tokenizer_config.json", withoutSize("tokenizer_config.json"));
    for (int i = 0; i < 2; i++) {
      hub.once("hub GET tokenizer_config.json", chunked(hub.content("tokenizer_config.json")));
    }

    HubSnapshot snapshot = download();

    for (String file : List.of("config.json", "tokenizer_config.json")) {
      assertThat(snapshot.folder().resolve(file)).hasBinaryContent(hub.content(file));
    }
    assertThat(heard.done).isSorted().endsWith(heard.total);
  }

  @Test
  void withoutASizeTheContentIsStillCheckedByItsHash() {
    byte[] other = hub.content("config.json").clone();
    other[3] ^= 1;
    hub.once("hub HEAD config.json", withoutSize("config.json"));
    for (int i = 0; i < 2; i++) {
      hub.once("hub GET config.json", chunked(other));
    }

    assertRefused(this::download, "config.json", HubServer.gitSha1(other), "it was deleted");
  }

  @Test
  void whatTheHubTellsOfALinkedFileIsReadBeforeItsRedirectLeaves() throws IOException {
    String etag = HubServer.sha256(hub.content(WEIGHTS));
    hub.once(
        "hub HEAD " + WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + etag + "\"");
          HubServer.redirect(exchange, "http://elsewhere.invalid/signed");
        });

    HubSnapshot snapshot = download();

    assertThat(Files.readSymbolicLink(snapshot.folder().resolve(WEIGHTS)))
        .endsWithRaw(Path.of(etag));
    assertThat(hub.requests("cdn")).noneMatch(request -> request.method().equals("HEAD"));
    assertThat(waits).isEmpty();
  }

  @Test
  void aRedirectThatLeavesTheHubAndTellsNothingIsNotFollowedByHead() {
    hub.once(
        "hub HEAD " + WEIGHTS,
        exchange -> HubServer.redirect(exchange, "http://elsewhere.invalid/signed?key=secret"));

    assertRefused(this::download, "http://elsewhere.invalid/signed for file " + WEIGHTS, "ETag");
    assertThat(waits).isEmpty();
  }

  @Test
  void aRedirectToWhatIsNoWebAddressIsSaid() {
    hub.once(
        "hub GET config.json", e -> HubServer.redirect(e, "http://127.0.0.1:1/a b?key=secret"));
    assertRefused(this::download, "redirects to 'http://127.0.0.1:1/a b?...'", "HF_ENDPOINT");

    hub.once("hub GET config.json", e -> HubServer.redirect(e, "ftp://127.0.0.1/config.json"));
    assertRefused(this::download, "redirects to 'ftp://127.0.0.1/config.json'");
    assertThat(waits).isEmpty();
  }

  @Test
  void redirectsInACircleAreSaidAtOnce() {
    for (int i = 0; i < 11; i++) {
      hub.once("hub GET config.json", exchange -> HubServer.redirect(exchange, "config.json"));
    }

    assertRefused(this::download, "more than 10 redirects", "HF_ENDPOINT");
    assertThat(waits).isEmpty();
  }

  @Test
  void aBlobOfAnotherSizeIsNotLinkedButDownloadedAfresh() throws IOException {
    Path weights = download().folder().resolve(WEIGHTS);
    Files.write(weights.toRealPath(), Arrays.copyOf(hub.content(WEIGHTS), 1000));
    hub.moveMain(LATER_COMMIT);

    HubSnapshot later = download();

    assertThat(later.folder().resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
    assertThat(heard.lines)
        .anySatisfy(l -> assertThat(l).contains(WEIGHTS + " is not 300000 bytes long"));
  }

  @Test
  void whatHasAnotherHashThanAnnouncedIsDeletedAndSaid() {
    byte[] other = hub.content(WEIGHTS).clone();
    other[17] ^= 1;
    hub.once("cdn GET " + WEIGHTS, exchange -> HubServer.send(exchange, 200, other));

    assertRefused(
        this::download, WEIGHTS, HubServer.sha256(other), "it was deleted", "Start again");
    assertThat(names(repository().resolve("blobs"))).hasSize(3);

    assertThat(download().folder().resolve(WEIGHTS)).isRegularFile();
  }

  @Test
  void aSmallFileWithAnotherHashThanAnnouncedIsRefusedToo() {
    byte[] other = hub.content("config.json").clone();
    other[3] ^= 1;
    hub.once("hub GET config.json", exchange -> HubServer.send(exchange, 200, other));

    assertRefused(this::download, "config.json", HubServer.gitSha1(other));
  }

  @Test
  void aPartThatWasSpoiledOnDiskIsDownloadedAfresh() throws IOException {
    Path partial = partialWeights();
    Files.createDirectories(partial.getParent());
    Files.write(partial, new byte[1000]);

    HubSnapshot snapshot = download();

    assertThat(Files.readAllBytes(snapshot.folder().resolve(WEIGHTS)))
        .isEqualTo(hub.content(WEIGHTS));
    assertThat(heard.lines).anySatisfy(l -> assertThat(l).contains("afresh"));
  }

  @Test
  void moreBytesThanAnnouncedAreRefused() {
    hub.once("hub GET config.json", chunked(Arrays.copyOf(hub.content("config.json"), 500)));

    assertRefused(this::download, "config.json", "more came than the announced");
  }

  @Test
  void theTokenGoesToTheHubAndNotToTheCdn() {
    download(client(settings(Optional.of("hf_secret"), false)), MODEL);

    assertThat(hub.requests("hub"))
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.authorization()).contains("Bearer hf_secret"));
    assertThat(hub.requests("cdn"))
        .isNotEmpty()
        .allSatisfy(r -> assertThat(r.authorization()).isEmpty());
  }

  @Test
  void aGatedModelAsksForATokenOrForItsLicence() {
    hub.once("hub HEAD config.json", refusal(401, "GatedRepo"));
    assertRefused(this::download, "gated", "Accept its licence at", "set HF_TOKEN");

    hub.once("hub HEAD config.json", refusal(403, "GatedRepo"));
    assertRefused(
        () -> download(client(settings(Optional.of("hf_secret"), false)), MODEL),
        "gated",
        hub.endpoint() + "/owner/name",
        "the account that HF_TOKEN belongs to");
  }

  @Test
  void aTokenThatTheHubDoesNotAcceptIsSaid() {
    hub.once("hub GET main", exchange -> exchange.sendResponseHeaders(401, -1));

    assertRefused(
        () -> download(client(settings(Optional.of("hf_secret"), false)), MODEL),
        "does not accept the token",
        "/settings/tokens");
  }

  @Test
  void aRepositoryThatIsNotThereIsNotTakenForARevisionOrAFile() {
    assertRefused(
        () -> download(client(), HubRepository.model("owner/other")),
        "owner/other",
        "no such repository",
        "set HF_TOKEN");
    hub.once("hub GET main", refusal(401, "RepoNotFound"));
    assertRefused(this::download, "no such repository");
  }

  @Test
  void aRevisionThatIsNotThereIsNamed() {
    assertRefused(
        () -> download(client(), MODEL.at("v9")), "no revision 'v9'", "branches, tags and commits");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    hub.once("hub HEAD tokenizer.json", refusal(404, "EntryNotFound"));

    assertRefused(this::download, "there is no file tokenizer.json");
  }

  @Test
  void aFileThatIsNotThereIsNoRepositoryThatIsNotThere() {
    hub.once("hub HEAD tokenizer.json", refusal(404, ""));

    assertRefused(this::download, "there is no file tokenizer.json");
  }

  @Test
  void aRefusalWithoutATokenSpeaksOfNoneThatWasGiven() {
    hub.once("hub HEAD config.json", refusal(403, ""));
    assertThatThrownBy(this::download)
        .hasMessageContainingAll("the Hub refuses file config.json (403)", "set HF_TOKEN")
        .hasMessageNotContaining("the token");

    hub.once("hub GET main", refusal(401, ""));
    assertRefused(this::download, "refuses revision main (401)", "set HF_TOKEN");
  }

  @Test
  void aRefusalOfAnotherHostIsSaidWithWhatTheTokenHasToDoWithIt() {
    hub.once("cdn GET " + WEIGHTS, refusal(403, ""));

    assertRefused(
        this::download,
        "127.0.0.1, where the Hub sent us for file " + WEIGHTS + ", refuses it (403)",
        "HF_TOKEN is sent to HF_ENDPOINT (" + hub.endpoint() + ") only",
        "accept the licence");
  }

  @Test
  void tooManyRequestsAreAnsweredByTheWaitThatTheServerAsksFor() {
    hub.once("hub GET main", tooManyRequests("7"));
    hub.once("cdn GET " + WEIGHTS, tooManyRequests("11"));

    download();

    assertThat(waits).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(11));
    assertThat(heard.lines).anySatisfy(l -> assertThat(l).contains("429").contains("7.0 s"));
  }

  @Test
  void theHubsOwnLimitIsWaitedForRatherThanWhatAProxyAsksFor() {
    hub.once("hub GET main", tooManyRequests("7", "\"api\";r=0;t=55"));
    hub.once("hub HEAD config.json", tooManyRequests("7", "\"api\";r=3;t=55"));

    download();

    assertThat(waits).containsExactly(Duration.ofSeconds(56), Duration.ofSeconds(7));
  }

  @Test
  void aStopEndsALongWaitForTheServer() {
    hub.once("hub GET main", tooManyRequests("250"));
    HubClient patient = new HubClient(settings(Optional.empty(), false));

    assertThatThrownBy(() -> patient.snapshot(MODEL, new StopAfter("trying again in 250")))
        .hasMessage("stop");
  }

  @Test
  void aStopEndsTheWaitForAnotherProcess() throws Exception {
    Path lock = cache.resolve(".locks/models--owner--name");
    String etag = HubServer.gitSha1(hub.content("config.json"));
    try (BlobLock held =
        BlobLock.take(lock.resolve(etag + ".lock"), (wait, meanwhile) -> {}, heard, "")) {
      assertThatThrownBy(() -> client().snapshot(MODEL, new StopAfter("another process downloads")))
          .hasMessage("stop");
    }
  }

  /** Asks for a stop once it has heard something. */
  private static final class StopAfter implements DownloadListener {
    private final String part;
    private boolean heard;

    StopAfter(String part) {
      this.part = part;
    }

    @Override
    public void transferred(String file, long done, long total) {}

    @Override
    public void said(String line) {
      heard |= line.contains(part);
    }

    @Override
    public void checkStop() {
      if (heard) {
        throw new IllegalStateException("stop");
      }
    }
  }

  @Test
  void aWaitOfHoursIsAFailureAndNotAWait() {
    hub.once("hub GET main", tooManyRequests("7200"));

    assertRefused(this::download, "429", "asks to wait 7200 s", "HF_TOKEN");
    assertThat(waits).isEmpty();
  }

  @Test
  void aBrokenServerIsTriedAgainWithLongerAndLongerWaits() {
    hub.once("hub GET main", refusal(500, ""));
    hub.once("hub GET main", refusal(503, ""));

    download();

    assertThat(waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void aServerThatStaysBrokenIsGivenUpAfterTheLastRetry() {
    for (int i = 0; i < 4; i++) {
      hub.once("hub GET main", refusal(502, ""));
    }

    assertRefused(this::download, "502", "tried 4 times");
  }

  @Test
  void withoutAConnectionTheCachesModelIsUsedAndThatIsSaid() {
    download();
    hub.close();

    HubSnapshot snapshot = download();

    assertThat(snapshot.commit()).isEqualTo(COMMIT);
    assertThat(heard.lines)
        .anySatisfy(l -> assertThat(l).contains("cannot be reached").contains("from the cache"));
  }

  @Test
  void offlineTheCachesModelIsUsedAndNothingIsAsked() {
    HubSnapshot online = download();
    hub.requests().clear();

    assertThat(offline(MODEL)).isEqualTo(online);
    assertThat(offline(MODEL.at(COMMIT)).folder()).isEqualTo(online.folder());
    assertThat(hub.requests()).isEmpty();
  }

  @Test
  void offlineAModelThatTheCacheLacksIsNamedWithWhatIsMissing() throws IOException {
    assertRefused(
        () -> offline(MODEL), "HF_HUB_OFFLINE", cache.toString(), "does not hold revision main");

    Files.delete(download().folder().resolve("tokenizer.json"));

    assertRefused(() -> offline(MODEL), "tokenizer.json of commit " + COMMIT);
  }

  @Test
  void aRepositoryThatHasOnlyPicklesIsRefusedWithWhatToDo() {
    hub.remove(WEIGHTS);
    hub.put("pytorch_model.bin", "pickle");

    assertRefused(
        this::download, "pytorch_model.bin", "run code", "safe_serialization=True", "revision");
    assertThat(hub.requests()).hasToString("[hub GET main]");
  }

  @Test
  void aRepositoryWithoutWeightsConfigOrTokenizerIsRefusedByName() {
    hub.remove("tokenizer.json");
    assertRefused(this::download, "no tokenizer.json", "AutoTokenizer");
    hub.remove("config.json");
    assertRefused(this::download, "no config.json");
    hub.remove(WEIGHTS);
    assertRefused(this::download, "neither model.safetensors nor");
  }

  @Test
  void aDiskThatIsTooSmallIsSaidBeforeAnythingIsDownloaded() {
    hub.once(
        "hub HEAD " + WEIGHTS,
        exchange -> {
          exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + "a".repeat(64) + "\"");
          exchange.getResponseHeaders().set("X-Linked-Size", Long.toString(1L << 58));
          HubServer.redirect(exchange, "/elsewhere");
        });

    assertRefused(this::download, "are free there", "HF_HUB_CACHE");
    assertThat(repository().resolve("blobs")).doesNotExist();
  }

  @Test
  void aCacheThatCannotBeWrittenIsSaidAndNotTakenForACutConnection() throws IOException {
    Files.writeString(repository(), "a file where a folder must be");

    assertRefused(this::download, "cannot be written into the cache", "HF_HUB_CACHE");
    assertThat(waits).isEmpty();
  }

  @Test
  void anEtagThatLeadsOutOfTheCacheIsRefused() {
    hub.once(
        "hub HEAD config.json",
        exchange -> {
          exchange.getResponseHeaders().set("ETag", "\"../../../refs/main\"");
          HubServer.send(exchange, 200, hub.content("config.json"));
        });

    assertRefused(this::download, "config.json", "ETag", "HF_ENDPOINT");
  }

  @Test
  void anAddressThatIsNoHubIsSaid() {
    hub.once(
        "hub GET main",
        e -> HubServer.send(e, 200, "<html>Log in</html>".getBytes(StandardCharsets.UTF_8)));

    assertRefused(this::download, "does not answer as a Hub", "HF_ENDPOINT");
  }

  @Test
  void progressCountsTheBytesOfAllFilesUpToTheirTotal() {
    download();

    long total =
        Stream.of("config.json", "tokenizer.json", "tokenizer_config.json", WEIGHTS)
            .mapToLong(f -> hub.content(f).length)
            .sum();
    assertThat(heard.total).isEqualTo(total);
    assertThat(heard.done).isSorted().endsWith(total);
  }

  @Test
  void aListenerThatThrowsEndsTheDownloadAndTheNextGoesOn() {
    DownloadListener impatient =
        new DownloadListener() {
          @Override
          public void transferred(String file, long done, long total) {
            if (file.endsWith(WEIGHTS)) {
              throw new IllegalStateException("stop");
            }
          }

          @Override
          public void said(String line) {}
        };

    assertThatThrownBy(() -> client().snapshot(MODEL, impatient)).hasMessage("stop");
    assertThat(partialWeights()).isNotEmptyFile();

    download();
    assertThat(hub.requests("cdn").get(1).range()).isPresent();
  }

  @Test
  void twoProcessesDownloadAModelOnce() throws Exception {
    CountDownLatch bothAsked = new CountDownLatch(2);
    for (int i = 0; i < 2; i++) {
      hub.once(
          "hub HEAD " + WEIGHTS,
          exchange -> {
            exchange
                .getResponseHeaders()
                .set("X-Linked-Etag", HubServer.sha256(hub.content(WEIGHTS)));
            exchange
                .getResponseHeaders()
                .set("X-Linked-Size", Integer.toString(hub.content(WEIGHTS).length));
            bothAsked.countDown();
            await(bothAsked);
            HubServer.redirect(exchange, "/elsewhere");
          });
    }

    Process first = downloadInAnotherProcess();
    Process second = downloadInAnotherProcess();

    for (Process process : List.of(first, second)) {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      String printed = text(process.getInputStream());
      assertThat(process.exitValue()).as(printed + text(process.getErrorStream())).isZero();
      assertThat(Path.of(printed.strip()).resolve(WEIGHTS)).hasBinaryContent(hub.content(WEIGHTS));
    }
    assertThat(hub.requests("cdn")).hasSize(1);
    assertThat(names(repository().resolve("blobs"))).hasSize(4);
  }

  private Process downloadInAnotherProcess() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-Xshare:auto",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            DownloadedModel.class.getName(),
            HubServer.REPOSITORY);
    builder.environment().put("HF_ENDPOINT", hub.endpoint().toString());
    builder.environment().put("HF_HUB_CACHE", cache.toString());
    return builder.start();
  }

  private static String text(InputStream in) throws IOException {
    return new String(in.readAllBytes(), StandardCharsets.UTF_8);
  }

  private HttpHandler cutAfter(int bytes) {
    return exchange -> {
      byte[] weights = hub.content(WEIGHTS);
      exchange.sendResponseHeaders(200, weights.length);
      exchange.getResponseBody().write(weights, 0, bytes);
      exchange.getResponseBody().flush();
    };
  }

  /** Of no announced length, and ended in order. */
  private static HttpHandler chunked(byte[] content) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(content);
      exchange.getResponseBody().close();
    };
  }

  private HttpHandler withoutSize(String file) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", HubServer.gitSha1(hub.content(file)));
      exchange.sendResponseHeaders(200, -1);
    };
  }

  private void leavePartialWeights(int bytes) throws IOException {
    Files.createDirectories(partialWeights().getParent());
    Files.write(partialWeights(), Arrays.copyOf(hub.content(WEIGHTS), bytes));
  }

  private static HttpHandler tooManyRequests(String retryAfter) {
    return tooManyRequests(retryAfter, "\"api\";r=1;t=1");
  }

  private static HttpHandler tooManyRequests(String retryAfter, String rateLimit) {
    return exchange -> {
      exchange.getResponseHeaders().set("Retry-After", retryAfter);
      exchange.getResponseHeaders().set("RateLimit", rateLimit);
      exchange.sendResponseHeaders(429, -1);
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await(30, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void assertRefused(ThrowingCallable download, String... parts) {
    assertThatThrownBy(download)
        .isInstanceOf(HubException.class)
        .hasMessageContaining("owner/")
        .hasMessageContainingAll(parts);
  }

  private HubSnapshot download() {
    return download(client(), MODEL);
  }

  private HubSnapshot download(HubClient client, HubRepository model) {
    return client.snapshot(model, heard);
  }

  private HubSnapshot offline(HubRepository model) {
    return download(client(settings(Optional.empty(), true)), model);
  }

  private HubClient client() {
    return client(settings(Optional.empty(), false));
  }

  private HubClient client(HubSettings settings) {
    return new HubClient(
        settings,
        new RetryPolicy(
            3,
            Duration.ofSeconds(1),
            Duration.ofSeconds(16),
            Duration.ofMinutes(5),
            (wait, meanwhile) -> {
              meanwhile.run();
              waits.add(wait);
              LockSupport.parkNanos(1_000_000);
            }));
  }

  private HubSettings settings(Optional<String> token, boolean offline) {
    URI endpoint = hub.endpoint();
    return new HubSettings(endpoint, cache, token, offline, Duration.ofSeconds(1));
  }

  private Path repository() {
    return cache.resolve("models--owner--name");
  }

  private Path partialWeights() {
    return repository()
        .resolve("blobs")
        .resolve(HubServer.sha256(hub.content(WEIGHTS)) + ".incomplete");
  }

  private static List<String> names(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(f -> f.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
