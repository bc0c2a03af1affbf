package io.gdpo.artifacts;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundaryTest {
  @TempDir Path folder;

  private Path open;
  private Boundary boundary;

  @BeforeEach
  void makeFolders() throws IOException {
    open = Files.createDirectories(folder.resolve("open"));
    Files.createDirectories(folder.resolve("open-not"));
    Files.writeString(folder.resolve("secret"), "s");
    boundary =
        Boundary.of(
            Map.of(
                Boundary.VARIABLE,
                Boundary.variable(List.of(open.toUri(), URI.create("s3://mine/data")))));
  }

  @Test
  void what_lies_below_a_root_may_be_read_be_it_there_or_not() {
    assertReadable(open.toUri());
    assertReadable(open.resolve("a/../b.csv").toUri());
    assertReadable(URI.create("s3://mine/data"));
    assertReadable(URI.create("s3://mine/data/a/b"));
  }

  @Test
  void what_lies_outside_may_not_however_it_is_named() throws IOException {
    Files.createSymbolicLink(open.resolve("link"), folder);
    assertOutside(URI.create("file:///etc/passwd"));
    assertOutside(folder.resolve("secret").toUri());
    assertOutside(URI.create(open.toUri() + "../secret"));
    assertOutside(URI.create(open.toUri() + "not-there/../../secret"));
    assertOutside(open.resolve("link/secret").toUri());
    assertOutside(folder.resolve("open-not").toUri());
    assertOutside(URI.create("s3://mine/data-not/a"));
    assertOutside(URI.create("s3://mine/data/../a"));
    assertOutside(URI.create("s3://another/data/a"));
    assertOutside(URI.create("https://mine/data/a"));
  }

  @Test
  void without_roots_everything_may_be_read_and_with_none_nothing() {
    assertThatCode(() -> Boundary.of(Map.of()).require(URI.create("file:///etc/passwd")))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> Boundary.of(Map.of(Boundary.VARIABLE, " ")).require(open.toUri()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private void assertReadable(URI address) {
    assertThatCode(() -> boundary.require(address)).doesNotThrowAnyException();
  }

  private void assertOutside(URI address) {
    assertThatThrownBy(() -> boundary.require(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(address.toString(), "outside", "gdpo.artifacts.readable");
  }
}
