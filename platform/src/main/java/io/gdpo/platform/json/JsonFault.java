package io.gdpo.platform.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Collection;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a person needs to know about JSON or YAML that cannot be read: where, and why. Who sent it
 * by REST and who sent it as an event are told in the same words.
 *
 * @param kind what is wrong with it
 * @param path of the field, such as {@code stages[1].training.beta}; empty if the text is malformed
 *     or no field is to blame
 * @param place such as {@code line 2, column 13}; empty if unknown
 * @param reason in words, without the parser's own decorations
 */
public record JsonFault(Kind kind, String path, String place, String reason) {

  /** What can be wrong with JSON. */
  public enum Kind {
    UNKNOWN_FIELD,
    WRONG_VALUE,
    MALFORMED
  }

  /** What was at fault in text that Jackson refused. */
  public static JsonFault of(JsonProcessingException e) {
    Optional<StreamReadException> malformed = malformed(e);
    JsonProcessingException fault = malformed.map(JsonProcessingException.class::cast).orElse(e);
    String path =
        malformed.isEmpty() && e instanceof JsonMappingException mapping ? path(mapping) : "";
    String place = place(fault.getLocation());
    if (path.isEmpty()) {
      return new JsonFault(Kind.MALFORMED, path, place, reason(fault));
    }
    return e instanceof UnrecognizedPropertyException unknown
        ? new JsonFault(
            Kind.UNKNOWN_FIELD, path, place, "is unknown; the known fields are " + known(unknown))
        : new JsonFault(Kind.WRONG_VALUE, path, place, reason(fault));
  }

  /** All of it in one sentence. */
  public String detail() {
    String at = place.isEmpty() ? "" : " at " + place;
    return switch (kind) {
      case UNKNOWN_FIELD -> "Field '" + path + "'" + at + " " + reason;
      case WRONG_VALUE -> "Field '" + path + "' cannot be read" + at + ": " + reason;
      case MALFORMED -> "What was sent cannot be read" + at + ": " + reason;
    };
  }

  private static String known(UnrecognizedPropertyException unknown) {
    return Stream.ofNullable(unknown.getKnownPropertyIds())
        .flatMap(Collection::stream)
        .map(Object::toString)
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** A syntax error within a field comes wrapped, as if the field were to blame. */
  private static Optional<StreamReadException> malformed(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof StreamReadException malformed) {
        return Optional.of(malformed);
      }
    }
    return Optional.empty();
  }

  private static String place(JsonLocation at) {
    return at == null || at.getLineNr() < 1
        ? ""
        : "line " + at.getLineNr() + ", column " + at.getColumnNr();
  }

  /** A value that a record's constructor refused says itself what was wrong. */
  private static String reason(JsonProcessingException e) {
    String message =
        e.getCause() instanceof IllegalArgumentException refused && refused.getMessage() != null
            ? refused.getMessage()
            : e.getOriginalMessage();
    return message
        .replaceAll("\\[Source: [^;]*; ([^\\]]*)\\]", "$1")
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith(" "))
        .collect(Collectors.joining("; "));
  }

  private static String path(JsonMappingException e) {
    StringBuilder path = new StringBuilder();
    for (JsonMappingException.Reference step : e.getPath()) {
      if (step.getFieldName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
      }
    }
    return path.toString();
  }
}
