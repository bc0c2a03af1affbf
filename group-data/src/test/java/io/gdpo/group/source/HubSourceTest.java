package io.gdpo.group.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.build.DatasetBuilder;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HubSourceTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String LATER_COMMIT = "f".repeat(40);
  private static final String REPOSITORY = "hf://datasets/group/data";

  @TempDir Path folder;

  private final List<String> lines = new ArrayList<>();
  private DatasetHub hub;

  @BeforeEach
  void start() throws IOException {
    hub = new DatasetHub(COMMIT);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubSource source() {
    return new HubSource(
        Map.of("HF_ENDPOINT", hub.endpoint(), "HF_HUB_CACHE", folder.resolve("hub").toString()));
  }

  private Source fetch(String address) {
    return source().fetch(URI.create(address), true, lines::add);
  }

  private static String pairs(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(
            i ->
                "{\"prompt\": \"Question %d?\", \"chosen\": \"Yes %d.\", \"rejected\": \"No.\"}\n"
                    .formatted(i, i))
        .collect(Collectors.joining());
  }

  private DatasetCard build(String address) {
    ArtifactStore artifacts = Artifacts.at(folder.resolve("artifacts").toUri());
    Sources sources =
        new Sources(artifacts) {
          @Override
          public Source of(DatasetSpec spec) {
            return fetch(spec.source());
          }
        };
    return new DatasetBuilder(sources, artifacts)
        .build(
            "d",
            new DatasetSpec(null, null, address, null, null, null, null, null, null, null),
            Optional.empty())
        .card();
  }

  @Test
  void aRepositoryOfPairsBecomesADatasetWhoseCardTellsTheCommit() {
    hub.put("README.md", "A data set.").put("data/train.jsonl", pairs(0, 20));
    hub.put("data/validation.jsonl", pairs(20, 23)).put("data/test.jsonl", pairs(23, 27));

    DatasetCard card = build(REPOSITORY);

    assertThat(card.sourceRevision()).isEqualTo(COMMIT);
    assertThat(card.splits().values()).extracting(split -> split.examples()).contains(20L, 3L, 4L);
    assertThat(hub.downloaded()).doesNotContain("README.md").hasSize(3);
  }

  @Test
  void aRepositoryOfOneSplitIsDealtOutByPromptAsOneFileIs() {
    hub.put("train-00000-of-00002.jsonl", pairs(0, 10));
    hub.put("train-00001-of-00002.jsonl", pairs(10, 30));

    assertThat(build(REPOSITORY).splits().values())
        .extracting(split -> split.examples())
        .contains(24L, 3L, 3L);
  }

  @Test
  void aRepositoryWithoutAnEvalSplitIsRefusedAndOneOfItsFilesIsNot() {
    hub.put("helpful/train.jsonl", pairs(0, 20)).put("helpful/test.jsonl", pairs(20, 25));

    assertThatThrownBy(() -> build(REPOSITORY + "/helpful"))
        .hasMessageContaining("has no file for the split 'eval'")
        .hasMessageContaining("Name one of its files");
    assertThat(build(REPOSITORY + "/helpful/train.jsonl").splits().values())
        .extracting(split -> split.examples())
        .contains(16L, 2L, 2L);
  }

  @Test
  void whatWasFoundIsFoundAgainByItsAddressWhereverTheBranchGoes() {
    hub.put("helpful/train.jsonl", pairs(0, 20));
    Source first = fetch(REPOSITORY + "/helpful");
    assertThat(first.address()).isEqualTo(REPOSITORY + "@" + COMMIT + "/helpful");
    String sha256 = Sources.sha256(first.path());

    hub.move(LATER_COMMIT);
    hub.put("helpful/train.jsonl", pairs(5, 25));

    assertThat(Sources.sha256(fetch(first.address()).path())).isEqualTo(sha256);
    Source moved = fetch(REPOSITORY + "/helpful");
    assertThat(moved.revision()).isEqualTo(LATER_COMMIT);
    assertThat(Sources.sha256(moved.path())).isNotEqualTo(sha256);
  }

  @Test
  void aFileBesideOthersOfItsFolderIsReadAlone() {
    hub.put("data/train.jsonl", pairs(0, 20)).put("data/test.jsonl", pairs(20, 25));

    Source file = fetch(REPOSITORY + "@main/data/train.jsonl");

    assertThat(file.path()).isRegularFile();
    assertThat(hub.downloaded()).containsExactly("data/train.jsonl");
    assertThat(lines).anySatisfy(line -> assertThat(line).contains("is commit " + COMMIT));
  }

  @Test
  void aRepositoryOfSeveralConfigurationsIsRefusedWithTheirFiles() {
    hub.put("README.md", "").put("main/train.jsonl", "").put("socratic/train.jsonl", "");

    assertThatThrownBy(() -> fetch(REPOSITORY))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("Hub dataset group/data at main: neither its root nor data has one")
        .hasMessageContaining("Name a file of it, or a folder with files of splits")
        .hasMessageContaining("there are main/train.jsonl, socratic/train.jsonl");
  }

  @Test
  void filesThatBelongApartAreNotReadAsOneSplit() {
    hub.put("data/train_prefs-00000-of-00001.parquet", "").put("data/test_prefs.parquet", "");
    hub.put("data/train_sft-00000-of-00001.parquet", "");

    assertThatThrownBy(() -> fetch(REPOSITORY))
        .hasMessageContaining("one split may be any of train_prefs.parquet, train_sft.parquet");

    hub.put("train.jsonl", "");
    assertThatThrownBy(() -> fetch(REPOSITORY)).hasMessageContaining("root, and others in data");
  }

  @Test
  void oneContentInTwoFormatsIsNotReadTwice() {
    hub.put("train.jsonl", pairs(0, 20)).put("train.parquet", "");

    assertThatThrownBy(() -> fetch(REPOSITORY))
        .hasMessageContaining("one split may be any of train.jsonl, train.parquet");
  }

  @Test
  void aPathThatIsNotThereIsRefusedWithWhatIs() {
    hub.put("data/train.jsonl", "").put("data/notes.txt", "");

    assertThatThrownBy(() -> fetch(REPOSITORY + "/dta"))
        .hasMessageContaining("'dta' is no file, and has none")
        .hasMessageContaining("as hf://datasets/group/data/data/train.jsonl");
  }

  @Test
  void aSurveyIsOneFile() {
    hub.put("survey.csv", "question").put("train.jsonl", "");

    assertThatThrownBy(() -> source().fetch(URI.create(REPOSITORY), false, lines::add))
        .hasMessageContaining("a survey is one file of it")
        .hasMessageContaining("hf://datasets/group/data/survey.csv");
    assertThat(source().fetch(URI.create(REPOSITORY + "/survey.csv"), false, lines::add).path())
        .hasContent("question");
  }

  @ParameterizedTest
  @CsvSource({
    "@v1.2/a/b.jsonl, v1.2, a/b.jsonl",
    "@refs/pr/3/a.jsonl, refs/pr/3, a.jsonl",
    "@refs%2Fconvert%2Fparquet/default/train, refs/convert/parquet, default/train",
    "@~parquet/default, refs/convert/parquet, default",
    "/with%20blank+plus.jsonl, main, with blank+plus.jsonl"
  })
  void anAddressNamesARevisionAndAPath(String behind, String revision, String path) {
    HubAddress address = HubAddress.of(URI.create(REPOSITORY + behind));

    assertThat(address.repository().revision()).isEqualTo(revision);
    assertThat(address.path()).isEqualTo(path);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hf://group/data",
        "hf://models/group/data",
        "hf://datasets/data",
        "hf:datasets/group/data",
        "hf://datasets/group/data@",
        "hf://datasets/group/data?download=true",
        "hf://datasets/group/data/../../x",
        "hf://datasets/group/data/..%2Fx"
      })
  void whatIsNoAddressIsRefusedWithOneThatIs(String address) {
    assertThatThrownBy(() -> HubAddress.of(URI.create(address)))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("hf://datasets/OWNER/NAME");
  }

  @Test
  void aSettingThatCannotBeUsedIsNamed() {
    assertThatThrownBy(
            () ->
                new HubSource(Map.of("HF_ENDPOINT", "nowhere"))
                    .fetch(URI.create(REPOSITORY), true, lines::add))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("HF_ENDPOINT");
  }
}
