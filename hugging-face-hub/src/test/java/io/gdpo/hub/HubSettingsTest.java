package io.gdpo.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HubSettingsTest {
  @TempDir Path home;

  @Test
  void anEmptyEnvironmentMeansThePublicHubAndTheCacheUnderHome() {
    HubSettings settings = HubSettings.of(Map.of("HOME", home.toString()));

    assertThat(settings.endpoint()).isEqualTo(URI.create("https://huggingface.co"));
    assertThat(settings.cache()).isEqualTo(home.resolve(".cache/huggingface/hub"));
    assertThat(settings.token()).isEmpty();
    assertThat(settings.offline()).isFalse();
    assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void theCacheIsTakenFromTheMostSpecificVariable() {
    String h = home.toString();

    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", h)).cache())
        .isEqualTo(home.resolve("huggingface/hub"));
    assertThat(HubSettings.of(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", h)).cache())
        .isEqualTo(home.resolve("hub"));
    assertThat(HubSettings.of(Map.of("HF_HOME", "/x", "HF_HUB_CACHE", h)).cache()).isEqualTo(home);
    assertThat(HubSettings.of(Map.of("HOME", h, "HF_HOME", "~/models")).cache())
        .isEqualTo(home.resolve("models/hub"));
  }

  @Test
  void theTokenIsTheVariablesOrElseTheFiles() throws IOException {
    Files.writeString(home.resolve("token"), "hf_of_file\n");
    Map<String, String> file = Map.of("HF_HOME", home.toString());

    assertThat(HubSettings.of(file).token()).contains("hf_of_file");
    assertThat(HubSettings.of(Map.of("HF_HOME", home.toString(), "HF_TOKEN", "hf_x\n")).token())
        .contains("hf_x");
  }

  @Test
  void lineBreaksAreNoPartOfATokenWhereverTheyAre() throws IOException {
    Files.writeString(home.resolve("token"), " hf_of\r\n_file\r\n");

    assertThat(HubSettings.of(Map.of("HF_TOKEN", "\nhf_\nx\r\n ")).token()).contains("hf_x");
    assertThat(HubSettings.of(Map.of("HF_HOME", home.toString())).token()).contains("hf_of_file");
  }

  @Test
  void aTokenThatNoHeaderMayHoldIsRefusedByItsPlaceAndNotQuoted() throws IOException {
    Path file = Files.writeString(home.resolve("token"), "hf_secret\u0000");

    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_TOKEN", "hf_secret hf_other")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HF_TOKEN")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_HOME", home.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString())
        .hasMessageNotContaining("secret");
  }

  @Test
  void aTokenFileThatIsNoTextIsNamed() throws IOException {
    Path file = Files.write(home.resolve("token"), new byte[] {(byte) 0xff, (byte) 0xfe});

    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_HOME", home.toString())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(file.toString());
  }

  @Test
  void aTokenIsNeverPrinted() {
    assertThat(HubSettings.of(Map.of("HF_TOKEN", "hf_secret")).toString())
        .doesNotContain("hf_secret");
  }

  @Test
  void offlineAndTheEndpointAreReadAsPythonReadsThem() {
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "yes")).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0")).offline()).isFalse();
    assertThat(HubSettings.of(Map.of("HF_ENDPOINT", "https://mirror.example/")).endpoint())
        .isEqualTo(URI.create("https://mirror.example"));
  }

  @Test
  void offlineOfTheHubIsStrongerThanThatOfTransformers() {
    assertThat(HubSettings.of(Map.of("TRANSFORMERS_OFFLINE", "1")).offline()).isTrue();
    assertThat(HubSettings.of(Map.of("HF_HUB_OFFLINE", "0", "TRANSFORMERS_OFFLINE", "1")).offline())
        .isFalse();
  }

  @Test
  void theUsualPortIsTheSameEndpointAsNone() {
    HubSettings named = HubSettings.of(Map.of("HF_ENDPOINT", "https://Mirror.example:443"));
    HubSettings plain = HubSettings.of(Map.of("HF_ENDPOINT", "http://mirror.example"));

    assertThat(named.isEndpoint(URI.create("https://mirror.example/owner/name"))).isTrue();
    assertThat(named.isEndpoint(URI.create("http://mirror.example:443/owner/name"))).isFalse();
    assertThat(plain.isEndpoint(URI.create("http://mirror.example:80/owner/name"))).isTrue();
    assertThat(plain.isEndpoint(URI.create("http://mirror.example:8080/owner/name"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mirror.example",
        "ftp://mirror.example",
        "http://my_mirror",
        "http://mirror example",
        "http://mirror.example:99999",
        "https://"
      })
  void anEndpointThatNoRequestCanBeSentToIsNamed(String endpoint) {
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_ENDPOINT", endpoint)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("HF_ENDPOINT must be")
        .hasMessageContaining(endpoint.replaceAll("/+$", ""));
  }

  @Test
  void aVariableThatCannotBeUsedIsNamed() {
    assertThatThrownBy(() -> HubSettings.of(Map.of("HF_HUB_DOWNLOAD_TIMEOUT", "soon")))
        .hasMessageContaining("HF_HUB_DOWNLOAD_TIMEOUT");
  }
}
