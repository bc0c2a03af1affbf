package io.gdpo.platform.problem;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.SpecProblem;
import java.util.List;

/**
 * What a person or a script is told when a request fails: problem details for HTTP APIs (RFC 9457).
 *
 * @param type a name for the kind of problem, stable for scripts, such as {@code
 *     urn:gdpo:not-found}
 * @param title the kind of problem in words
 * @param status the HTTP status code
 * @param detail what was wrong with this very request and what to do
 * @param instance a name for this very occurrence, to find it in the log; absent if there is
 *     nothing to find
 * @param errors each thing that is wrong with the request's body, by field; absent if empty
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    String instance,
    List<SpecProblem> errors) {

  /** The media type of a problem. */
  public static final String MEDIA_TYPE = "application/problem+json";

  public Problem {
    errors = List.copyOf(errors);
  }

  static Problem of(String kind, String title, int status, String detail) {
    return of(kind, title, status, detail, List.of());
  }

  static Problem of(
      String kind, String title, int status, String detail, List<SpecProblem> errors) {
    return new Problem("urn:gdpo:" + kind, title, status, detail, "", errors);
  }

  Problem at(String occurrence) {
    return new Problem(type, title, status, detail, occurrence, errors);
  }
}
