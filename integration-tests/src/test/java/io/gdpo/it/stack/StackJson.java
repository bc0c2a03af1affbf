package io.gdpo.it.stack;

import io.gdpo.contracts.Json;
import io.restassured.internal.mapping.Jackson2Mapper;
import io.restassured.mapper.ObjectMapper;

/** The contracts' JSON dialect for REST Assured. */
final class StackJson {
  static final ObjectMapper MAPPER = new Jackson2Mapper((type, charset) -> Json.EVENTS);

  private StackJson() {}
}
