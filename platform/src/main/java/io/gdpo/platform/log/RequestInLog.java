package io.gdpo.platform.log;

import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.UriInfo;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.resteasy.reactive.server.ServerRequestFilter;

/** Lines that a REST call logs say which it is; the fields end with the request's context. */
class RequestInLog {
  /** Names that people and services give; anything else is for the problem's answer only. */
  private static final Pattern NAME = Pattern.compile("[\\w.-]{1,255}");

  @ServerRequestFilter
  @SuppressWarnings(
      "resource") // the context of the request, which holds the fields, ends by itself
  void tell(ContainerRequestContext request) {
    UriInfo uri = request.getUriInfo();
    new LogFields()
        .with("request", request.getMethod() + " " + uri.getRequestUri().getRawPath())
        .with(
            "subject",
            Stream.of("name", "id")
                .map(uri.getPathParameters()::get)
                .filter(Objects::nonNull)
                .flatMap(List::stream)
                .filter(value -> NAME.matcher(value).matches())
                .findFirst()
                .orElse(null));
  }
}
