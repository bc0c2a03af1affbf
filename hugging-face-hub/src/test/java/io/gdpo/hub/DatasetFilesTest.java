package io.gdpo.hub;

import static io.gdpo.hub.HubServer.COMMIT;
import static io.gdpo.hub.HubServer.DATASET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is the same for a dataset's files as for a model's is held by {@link HubClientTest}. */
class DatasetFilesTest {
  private static final URI NOBODY = URI.create("http://127.0.0.1:9");
  private static final String LATER_COMMIT = "f".repeat(40);
  private static final String PARQUET = "data/train-00000-of-00001.parquet";
  private static final Function<Set<String>, List<String>> DATA =
      files -> files.stream().filter(file -> file.startsWith("data/")).sorted().toList();

  @TempDir Path cache;

  private final HubServer hub = new HubServer(HubRepository.Kind.DATASET);
  private final List<String> lines = new ArrayList<>();

  @BeforeEach
  void fill() {
    hub.put("README.md", "Not wanted.\n");
    hub.put(PARQUET, "PAR1".repeat(30_000));
    hub.put("data/test.jsonl", "{}\n");
  }

  @AfterEach
  void stopServer() {
    hub.close();
  }

  private HubClient.Chosen files(URI endpoint, boolean offline, HubRepository repository) {
    return new HubClient(
            new HubSettings(endpoint, cache, Optional.empty(), offline, Duration.ofSeconds(5)),
            RetryPolicy.ONCE)
        .files(repository, DATA, 1 << 20, new DownloadLog(lines::add));
  }

  @Test
  void whatIsChosenOfAllFilesIsDownloadedIntoPythonsLayoutForDatasets() throws IOException {
    HubClient.Chosen chosen = files(hub.endpoint(), false, DATASET);

    Path repository = cache.resolve("datasets--owner--name");
    assertThat(chosen.commit()).isEqualTo(COMMIT);
    assertThat(chosen.files()).containsExactly("data/test.jsonl", PARQUET);
    assertThat(chosen.folder()).isEqualTo(repository.resolve("snapshots").resolve(COMMIT));
    assertThat(Files.readSymbolicLink(chosen.folder().resolve(PARQUET)))
        .isEqualTo(Path.of("../../../blobs", HubServer.sha256(hub.content(PARQUET))));
    assertThat(chosen.folder().resolve("data/test.jsonl"))
        .hasBinaryContent(hub.content("data/test.jsonl"));
    assertThat(chosen.folder().resolve("README.md")).doesNotExist();
    assertThat(repository.resolve("refs/main")).hasContent(COMMIT);
    assertThat(cache.resolve(".locks/datasets--owner--name")).isDirectory();
  }

  @Test
  void aCommitWhoseFilesAreHereIsNotAskedFor() {
    files(hub.endpoint(), false, DATASET.at(COMMIT));

    assertThat(files(NOBODY, false, DATASET.at(COMMIT)).files()).hasSize(2);
  }

  @Test
  void aBranchThatMovedIsFetchedAnew() {
    files(hub.endpoint(), false, DATASET);
    hub.moveMain(LATER_COMMIT);

    assertThat(files(hub.endpoint(), false, DATASET).commit()).isEqualTo(LATER_COMMIT);
  }

  @Test
  void offlineTheCacheServesWhatIsWhole() throws IOException {
    files(hub.endpoint(), false, DATASET);

    HubClient.Chosen offline = files(NOBODY, true, DATASET);
    assertThat(offline.files()).hasSize(2);
    assertThat(offline.commit()).isEqualTo(COMMIT);

    Files.delete(offline.folder().resolve("data/test.jsonl"));
    assertThatThrownBy(() -> files(NOBODY, true, DATASET))
        .isInstanceOf(HubException.class)
        .hasMessageContaining("HF_HUB_OFFLINE")
        .hasMessageContaining("data/test.jsonl of commit " + COMMIT);
  }

  @Test
  void offlineWhatIsNotInTheCacheIsRefused() {
    assertThatThrownBy(() -> files(NOBODY, true, DATASET))
        .hasMessageStartingWith("Hub dataset owner/name at main: HF_HUB_OFFLINE is set")
        .hasMessageContaining("does not hold revision main");
  }

  @Test
  void whatAnotherToolDownloadedIsUsedAndThatItMayBeAPartIsSaid() throws IOException {
    Path listings = cache.resolve("datasets--owner--name/.listings");
    files(hub.endpoint(), false, DATASET);
    Files.delete(listings.resolve(COMMIT));
    Files.delete(listings);

    assertThat(files(NOBODY, true, DATASET).files()).hasSize(2);
    assertThat(lines)
        .anySatisfy(line -> assertThat(line).contains("another tool").contains(PARQUET));
  }

  @Test
  void aHubThatDoesNotAnswerIsReplacedByTheCacheAndThatIsSaid() {
    assertThatThrownBy(() -> files(NOBODY, false, DATASET))
        .isInstanceOf(HubException.Unreachable.class);

    files(hub.endpoint(), false, DATASET);

    assertThat(files(NOBODY, false, DATASET).commit()).isEqualTo(COMMIT);
    assertThat(lines)
        .anySatisfy(
            line -> assertThat(line).contains("using commit " + COMMIT + " from the cache"));
  }

  @Test
  void filesThatAreTooLargeAreRefusedBeforeTheFirstComes() {
    hub.put("data/large.jsonl", "x".repeat(1 << 20));

    assertThatThrownBy(() -> files(hub.endpoint(), false, DATASET))
        .hasMessageContaining("3 files of it have 1,168,579 bytes, more than 1,048,576");
    assertThat(hub.requests("cdn")).isEmpty();
  }

  @Test
  void aRefusalNamesTheDatasetAndItsPage() {
    HubRepository other =
        new HubRepository(HubRepository.Kind.DATASET, "owner", "private", HubRepository.MAIN);
    assertThatThrownBy(() -> files(hub.endpoint(), false, other))
        .hasMessageContaining("Hub dataset owner/private at main: the Hub shows no such repository")
        .hasMessageContaining("set HF_TOKEN");

    hub.once("hub GET main", HubServer.refusal(403, "GatedRepo"));
    assertThatThrownBy(() -> files(hub.endpoint(), false, DATASET))
        .hasMessageContaining("it is gated")
        .hasMessageContaining(hub.endpoint() + "/datasets/owner/name,");
  }
}
