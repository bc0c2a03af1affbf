package io.gdpo.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/**
 * The JSON dialect of contracts: snake_case names, ISO dates. Specifications refuse unknown fields
 * and fields given twice by name; events ignore them, so that old readers survive new writers.
 */
public final class Json {
  /** For events and artifacts. */
  public static final ObjectMapper EVENTS = mapper(new JsonMapper(), false);

  /** For specifications in JSON. */
  public static final ObjectMapper SPECS = mapper(new JsonMapper(), true);

  /** For specifications in YAML (JSON is YAML too). */
  public static final ObjectMapper YAML_SPECS = mapper(new ObjectMapper(new YAMLFactory()), true);

  private Json() {}

  private static <M extends ObjectMapper> M mapper(M mapper, boolean strict) {
    mapper
        .registerModule(new JavaTimeModule())
        .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS)
        .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false)
        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, strict)
        .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true)
        .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, strict);
    return mapper;
  }
}
