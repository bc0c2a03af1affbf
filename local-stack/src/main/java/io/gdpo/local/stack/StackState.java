package io.gdpo.local.stack;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import io.gdpo.local.supervision.Health;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a supervisor tells others about its stack, in {@code stack.json}: who runs it, how far it
 * is, and the ports that were chosen.
 *
 * @param phase how far the stack is
 * @param supervisor the process that owns the stack, the broker within it
 * @param kafka bootstrap servers; absent while starting
 * @param database JDBC URL of the server; absent while starting
 * @param services by their label
 * @param health of Kafka, PostgreSQL and each service, by label, as the supervisor sees it
 */
public record StackState(
    Phase phase,
    ProcessIdentity supervisor,
    String kafka,
    String database,
    Map<String, ServiceState> services,
    Map<String, Health> health)
    implements ServiceAddresses {

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
    health = health == null ? Map.of() : new LinkedHashMap<>(health);
  }

  /** All that is known of a stack whose record is lost, or not yet written: who runs it. */
  static StackState unrecorded(ProcessIdentity supervisor) {
    return new StackState(Phase.STARTING, supervisor, null, null, Map.of(), Map.of());
  }

  @Override
  public List<Service> known() {
    return Stream.of(Service.values()).filter(it -> services.containsKey(it.label())).toList();
  }

  /** Where a service listens; the stack must be ready. */
  @Override
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
      throw new UncheckedIOException(
          "The stack's state cannot be written to " + file + ": " + Reason.of(e), e);
    }
  }

  /**
   * The last written state, of a living or a dead stack; empty if there was none, or if the file is
   * damaged: a living supervisor writes it anew.
   */
  static Optional<StackState> read(Path file) {
    try {
      return Optional.ofNullable(Json.EVENTS.readValue(Files.readAllBytes(file), StackState.class))
          .filter(state -> state.phase != null && state.supervisor != null);
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          file + " cannot be read: " + Reason.of(e),
          "Are you the user whose stack it is? Else name another folder with --home.",
          e);
    }
  }
}
