package io.gdpo.platform.json;

import io.gdpo.contracts.Json;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/**
 * A specification is accepted as YAML wherever a resource method consumes {@link #YAML}: people
 * write YAML, scripts write JSON, and both mean the same.
 */
@Provider
@Consumes({YamlBodyReader.YAML, "application/x-yaml", "text/yaml"})
public class YamlBodyReader implements MessageBodyReader<Object> {
  /** The media type of YAML (RFC 9512), for {@code @Consumes}. */
  public static final String YAML = "application/yaml";

  @Override
  public boolean isReadable(
      Class<?> type, Type genericType, Annotation[] annotations, MediaType mediaType) {
    return type != String.class && type != byte[].class;
  }

  @Override
  public Object readFrom(
      Class<Object> type,
      Type genericType,
      Annotation[] annotations,
      MediaType mediaType,
      MultivaluedMap<String, String> httpHeaders,
      InputStream body)
      throws IOException {
    return Json.YAML_SPECS.readValue(
        body, Json.YAML_SPECS.getTypeFactory().constructType(genericType));
  }
}
