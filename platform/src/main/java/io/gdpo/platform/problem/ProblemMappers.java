package io.gdpo.platform.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.platform.database.Failure;
import io.gdpo.platform.event.EventNotSentException;
import io.gdpo.platform.event.EventTooLargeException;
import io.gdpo.platform.event.EventsUnreadableException;
import io.gdpo.platform.json.JsonFault;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jose4j.jwt.consumer.InvalidJwtException;

/**
 * Every failed request is answered with a {@link Problem}, whatever went wrong; only what is the
 * service's own fault is logged, with a name that the caller is told too.
 */
class ProblemMappers {
  private static final Logger LOG = Logger.getLogger(ProblemMappers.class);

  private static final String TOKEN =
      "get one with 'gdpo login', or send it as 'Authorization: Bearer ...'";

  private static final int MOST_CAUSES = 50;
  private static final long COMPLAIN_EVERY = TimeUnit.SECONDS.toNanos(10);

  private final ObjectMapper json;
  private final AtomicLong lastComplaint = new AtomicLong(System.nanoTime() - COMPLAIN_EVERY);

  ProblemMappers(ObjectMapper json) {
    this.json = json;
  }

  @ServerExceptionMapper
  Response problem(ProblemException e) {
    Response response = respond(e.problem());
    return e.retryAfter() == 0
        ? response
        : Response.fromResponse(response).header(HttpHeaders.RETRY_AFTER, e.retryAfter()).build();
  }

  @ServerExceptionMapper
  Response notKnown(UnauthorizedException e) {
    return challenge("This needs a token, and none came with the request; " + TOKEN, "Bearer");
  }

  @ServerExceptionMapper
  Response notBelieved(AuthenticationFailedException e) {
    String why =
        cause(e, InvalidJwtException.class)
            .map(invalid -> invalid.hasExpired() ? "it has expired" : "it is not valid here")
            .orElse("it is not valid here");
    LOG.debugf(e, "A token is refused");
    return challenge(
        "The token that came with the request is refused: " + why + "; " + TOKEN,
        "Bearer error=\"invalid_token\"");
  }

  private Response challenge(String detail, String challenge) {
    return Response.fromResponse(respond(ProblemException.unauthorized(detail).problem()))
        .header(HttpHeaders.WWW_AUTHENTICATE, challenge)
        .build();
  }

  @ServerExceptionMapper
  Response notAllowed(ForbiddenException e) {
    return respond(
        ProblemException.forbidden(
                "Your role does not allow this: a viewer reads, a researcher asks for experiments"
                    + " and changes their own, an operator changes everybody's")
            .problem());
  }

  @ServerExceptionMapper
  Response invalidSpec(InvalidSpecException e) {
    return respond(invalid(e));
  }

  /** What was asked for could not be told to the other services. */
  @ServerExceptionMapper
  Response tooLarge(EventTooLargeException e) {
    return respond(ProblemException.tooLarge(e.getMessage()).problem());
  }

  @ServerExceptionMapper({EventsUnreadableException.class, EventNotSentException.class})
  Response noBroker(RuntimeException e) {
    return later(e, e.getMessage(), 5);
  }

  @ServerExceptionMapper
  Response json(JsonProcessingException e) {
    return respond(unreadable(e));
  }

  /** More specific than {@link JsonProcessingException}: replaces Quarkus' own mapper. */
  @ServerExceptionMapper
  Response mismatch(MismatchedInputException e) {
    return respond(unreadable(e));
  }

  @ServerExceptionMapper
  Response web(WebApplicationException e) {
    Optional<ProblemException> refused = cause(e, ProblemException.class);
    if (refused.isPresent()) {
      return respond(refused.get().problem());
    }
    Optional<JsonProcessingException> unreadable = cause(e, JsonProcessingException.class);
    if (unreadable.isPresent()) {
      return respond(unreadable(unreadable.get()));
    }
    Response given = e.getResponse();
    if (given.hasEntity() || given.getStatus() < 400) {
      return given;
    }
    Response.StatusType status = given.getStatusInfo();
    Problem problem =
        Problem.of(
            "http-" + status.getStatusCode(),
            status.getReasonPhrase(),
            status.getStatusCode(),
            e.getMessage());
    return Response.fromResponse(given).type(Problem.MEDIA_TYPE).entity(body(problem)).build();
  }

  @ServerExceptionMapper
  Response anythingElse(Throwable e) {
    Optional<ProblemException> refused = cause(e, ProblemException.class);
    if (refused.isPresent()) {
      return respond(refused.get().problem());
    }
    return switch (Failure.ofOwnDatabase(e)) {
      case OUTAGE ->
          later(
              e,
              "The database gives no connection: it is away, or too many requests came at once",
              2);
      case CONFLICT -> later(e, "Another request changed the same thing at the same time", 1);
      case LASTING -> failure(e);
    };
  }

  /** 503: the same request is granted a little later. */
  private Response later(Throwable e, String detail, int seconds) {
    long now = System.nanoTime();
    long last = lastComplaint.get();
    if (now - last >= COMPLAIN_EVERY && lastComplaint.compareAndSet(last, now)) {
      LOG.warnf("Requests are put off: %s (%s)", detail, e);
    }
    LOG.debug("A request is put off", e);
    Problem problem =
        Problem.of(
            "try-again",
            "Try again",
            503,
            detail + "; ask again in " + seconds + (seconds == 1 ? " second" : " seconds"));
    return Response.status(503)
        .header("Retry-After", seconds)
        .type(Problem.MEDIA_TYPE)
        .entity(body(problem))
        .build();
  }

  private Response failure(Throwable e) {
    String occurrence = "urn:uuid:" + UUID.randomUUID();
    LOG.errorf(e, "A request failed (%s)", occurrence);
    return respond(
        Problem.of(
                "internal-error",
                "Internal error",
                500,
                "The service failed; its log tells more under the name given as instance")
            .at(occurrence));
  }

  private static Problem unreadable(JsonProcessingException e) {
    Optional<InvalidSpecException> invalid = cause(e, InvalidSpecException.class);
    if (invalid.isPresent()) {
      return invalid(invalid.get());
    }
    JsonFault fault = JsonFault.of(e);
    List<SpecProblem> errors =
        fault.path().isEmpty() ? List.of() : List.of(new SpecProblem(fault.path(), fault.reason()));
    return switch (fault.kind()) {
      case UNKNOWN_FIELD ->
          Problem.of("unknown-field", "Unknown field", 400, fault.detail(), errors);
      case WRONG_VALUE -> Problem.of("wrong-value", "Wrong value", 400, fault.detail(), errors);
      case MALFORMED -> Problem.of("malformed-body", "Malformed body", 400, fault.detail());
    };
  }

  private static Problem invalid(InvalidSpecException e) {
    return Problem.of("invalid-spec", "Invalid specification", 400, e.getMessage(), e.problems());
  }

  private static <T extends Throwable> Optional<T> cause(Throwable e, Class<T> type) {
    int causes = 0;
    for (Throwable cause = e; cause != null && causes++ < MOST_CAUSES; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }

  private Response respond(Problem problem) {
    return Response.status(problem.status()).type(Problem.MEDIA_TYPE).entity(body(problem)).build();
  }

  /** As a string, so that the answer never depends on which body writers a service has. */
  private String body(Problem problem) {
    try {
      return json.writeValueAsString(problem);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A problem cannot be written as JSON: " + problem, e);
    }
  }
}
