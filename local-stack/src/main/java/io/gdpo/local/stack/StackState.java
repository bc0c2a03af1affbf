package io.gdpo.local.stack;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a supervisor tells others about its stack, in {@code stack.json}: who runs it, how far it
 * is, and the ports that were chosen.
 *
 * @param phase how far the stack is
 * @param supervisor the process that owns the stack, the broker within it
 * @param kafka bootstrap servers; absent while starting
 * @param database JDBC URL of the server; absent while starting
 * @param services by their label
 */
public record StackState(
    Phase phase,
    ProcessIdentity supervisor,
    String kafka,
    String database,
    Map<String, ServiceState> services) {

  /** How far a stack is. */
  public enum Phase {
    STARTING,
    READY,
    STOPPING
  }

  /**
   * One service.
   *
   * @param url root of its REST interface
   * @param process its present process
   * @param restarts how often it died and was started again
   * @param log its log file
   */
  public record ServiceState(URI url, ProcessIdentity process, int restarts, Path log) {}

  public StackState {
    services = services == null ? Map.of() : new LinkedHashMap<>(services);
  }

  /** Where a service listens; the stack must be ready. */
  public URI url(Service service) {
    return services.get(service.label()).url();
  }

  /** Whether the supervisor still lives. */
  @JsonIgnore
  public boolean isAlive() {
    return supervisor.running().isPresent();
  }

  void write(Path file) {
    try {
      Path temporary = file.resolveSibling(file.getFileName() + ".new");
      Files.write(temporary, Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(this));
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("The stack's state cannot be written to " + file, e);
    }
  }

  /** The last written state, of a living or a dead stack; empty if there was none. */
  static Optional<StackState> read(Path file) {
    try {
      return Optional.of(Json.EVENTS.readValue(Files.readAllBytes(file), StackState.class));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(
          file + " cannot be read; delete it if no stack runs in " + file.getParent(), e);
    }
  }
}
