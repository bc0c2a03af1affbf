package io.gdpo.group.source;

import io.gdpo.artifacts.source.RemoteSource;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.hub.DownloadLog;
import io.gdpo.hub.HubClient;
import io.gdpo.hub.HubException;
import io.gdpo.hub.HubSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Datasets of the Hugging Face Hub, by {@link HubAddress}: the client, cache and settings are those
 * of its models. The revision of what is found is the commit.
 */
public final class HubSource implements RemoteSource {
  private final Map<String, String> environment;

  /** With the settings of this process's environment. */
  public HubSource() {
    this(System.getenv());
  }

  HubSource(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  @Override
  public boolean takes(String scheme) {
    return scheme.equals("hf");
  }

  @Override
  public Source fetch(URI address, boolean folders, Consumer<String> log) {
    HubAddress named = HubAddress.of(address);
    try {
      HubClient.Chosen chosen =
          new HubClient(HubSettings.of(environment))
              .files(
                  named.repository(),
                  new HubSelection(named, folders),
                  Sources.MOST_BYTES,
                  new DownloadLog(log));
      Path path = path(chosen, named);
      log.accept(named.repository() + " is commit " + chosen.commit() + " in " + path);
      return new Source(path, named.at(chosen.commit()), chosen.commit());
    } catch (HubException | IllegalArgumentException e) {
      throw new SourceException(e.getMessage(), e);
    }
  }

  /** The file that was named, or the folder in which all files lie. */
  private static Path path(HubClient.Chosen chosen, HubAddress named) {
    List<String> files = chosen.files();
    Path first = chosen.folder().resolve(files.get(0));
    return files.equals(List.of(named.path())) ? first : first.getParent();
  }
}
