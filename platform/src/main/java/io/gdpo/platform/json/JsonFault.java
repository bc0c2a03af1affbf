package io.gdpo.platform.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamReadException;
import com.fasterxml.jackson.databind.JsonMappingException;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a person needs to know about JSON or YAML that cannot be read: where, and why.
 *
 * @param path of the field, such as {@code stages[1].training.beta}; empty if the text is malformed
 *     or no field is to blame
 * @param place such as {@code line 2, column 13}; empty if unknown
 * @param reason in words, without the parser's own decorations
 */
public record JsonFault(String path, String place, String reason) {

  /** What was at fault in text that Jackson refused. */
  public static JsonFault of(JsonProcessingException e) {
    Optional<StreamReadException> malformed = malformed(e);
    JsonProcessingException fault = malformed.map(JsonProcessingException.class::cast).orElse(e);
    String path =
        malformed.isEmpty() && e instanceof JsonMappingException mapping ? path(mapping) : "";
    return new JsonFault(path, place(fault.getLocation()), reason(fault));
  }

  /** The place as the end of a clause: {@code " at line 2, column 13"}, or nothing. */
  public String atPlace() {
    return place.isEmpty() ? "" : " at " + place;
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
