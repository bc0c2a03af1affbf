package io.gdpo.artifacts;

import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/**
 * Finds the store of an address by its scheme, among those on the class path ({@link
 * ArtifactScheme}). Keys are those of one store; addresses may be of any.
 */
public final class Artifacts implements ArtifactStore {
  private static final Map<String, ArtifactScheme> SCHEMES = new TreeMap<>();

  static {
    ServiceLoader.load(ArtifactScheme.class, Artifacts.class.getClassLoader())
        .forEach(scheme -> SCHEMES.put(scheme.name(), scheme));
  }

  private final String scheme;
  private final ArtifactStore own;
  private final Map<String, String> settings;
  private final Map<String, String> environment;
  private final Boundary boundary;

  private Artifacts(URI root, Map<String, String> settings) {
    this.scheme = root.getScheme();
    this.settings = Map.copyOf(settings);
    Map<String, String> all = new HashMap<>(System.getenv());
    all.putAll(settings);
    this.environment = Map.copyOf(all);
    this.boundary = Boundary.of(environment).with(root);
    this.own = scheme(root).at(root, environment);
  }

  /**
   * The store whose keys begin at this address, such as {@code file:.gdpo/artifacts}; it is made
   * when needed.
   *
   * @throws IllegalArgumentException if there is no store of this scheme
   */
  public static ArtifactStore at(URI root) {
    return at(root, Map.of());
  }

  /**
   * The same with settings of one's own.
   *
   * @param settings environment variables, over those of this process
   */
  public static ArtifactStore at(URI root, Map<String, String> settings) {
    return new Artifacts(root, settings);
  }

  private static ArtifactScheme scheme(URI address) {
    if (address.getScheme() == null) {
      throw new IllegalArgumentException(
          "'" + address + "' is no artifact's address; it begins with one of " + known());
    }
    ArtifactScheme scheme = SCHEMES.get(address.getScheme());
    if (scheme == null) {
      throw new IllegalArgumentException(
          "There is no artifact store for '"
              + address
              + "'; there is for "
              + known()
              + ". Put the module of "
              + address.getScheme()
              + ": on the class path, or use another address");
    }
    return scheme;
  }

  private static String known() {
    return String.join(":, ", SCHEMES.keySet()) + ":";
  }

  /**
   * The store at an address that somebody named.
   *
   * @param environment of this process
   * @throws OutsideException if it is outside of what may be read here
   */
  public static ArtifactStore atNamed(URI address, Map<String, String> environment) {
    Boundary.of(environment).require(address);
    return at(address);
  }

  /**
   * A local path with the content of an address that somebody named.
   *
   * @throws OutsideException if it is outside of what may be read here
   * @throws ArtifactMissingException if there is none
   */
  public static Path fetchNamed(URI address) {
    return atNamed(address, System.getenv()).fetch(address);
  }

  /** The store to read an address from: below the root, or within what may be read beside it. */
  private ArtifactStore of(URI address) {
    boundary.require(address);
    return scheme.equals(address.getScheme()) ? own : scheme(address).at(address, environment);
  }

  @Override
  public URI uri(String key) {
    return own.uri(key);
  }

  @Override
  public boolean exists(URI artifact) {
    return of(artifact).exists(artifact);
  }

  @Override
  public List<String> list(URI folder, String after) {
    return of(folder).list(folder, after);
  }

  @Override
  public List<String> folders(URI folder) {
    return of(folder).folders(folder);
  }

  @Override
  public long bytes(URI artifact) {
    return of(artifact).bytes(artifact);
  }

  @Override
  public byte[] read(URI artifact, int most) {
    return of(artifact).read(artifact, most);
  }

  @Override
  public URI write(String key, byte[] content) {
    return own.write(key, content);
  }

  @Override
  public Optional<String> version(URI file) {
    return of(file).version(file);
  }

  @Override
  public Optional<String> replace(String key, Optional<String> seen, byte[] content) {
    return own.replace(key, seen, content);
  }

  @Override
  public URI write(String key, Path file) {
    return own.write(key, file);
  }

  @Override
  public Path fetch(URI artifact) {
    return of(artifact).fetch(artifact);
  }

  @Override
  public void copy(URI file, Path target) {
    of(file).copy(file, target);
  }

  @Override
  public URI publish(Path folder, String key, String manifest) {
    return own.publish(folder, key, manifest);
  }

  @Override
  public void delete(String key) {
    own.delete(key);
  }

  @Override
  public Optional<Path> folder() {
    return own.folder();
  }

  @Override
  public Map<String, String> settings() {
    return settings;
  }
}
