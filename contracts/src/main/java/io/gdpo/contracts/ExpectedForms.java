package io.gdpo.contracts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;

/** Says what a field must be, and what it is, in words that need no Java. */
final class ExpectedForms extends DeserializationProblemHandler {
  @Override
  public Object handleUnexpectedToken(
      DeserializationContext context,
      JavaType type,
      JsonToken token,
      JsonParser parser,
      String message)
      throws IOException {
    throw mismatch(parser, type.getRawClass());
  }

  @Override
  public Object handleMissingInstantiator(
      DeserializationContext context,
      Class<?> type,
      ValueInstantiator instantiator,
      JsonParser parser,
      String message)
      throws IOException {
    throw mismatch(parser, type);
  }

  @Override
  public Object handleWeirdStringValue(
      DeserializationContext context, Class<?> type, String value, String message)
      throws IOException {
    if (isNumber(type) || isBoolean(type)) {
      throw mismatch(context.getParser(), type);
    }
    return NOT_HANDLED;
  }

  private static MismatchedInputException mismatch(JsonParser parser, Class<?> type)
      throws IOException {
    return MismatchedInputException.from(
        parser, type, "must be " + form(type) + ", is " + given(parser));
  }

  private static String form(Class<?> type) {
    if (Collection.class.isAssignableFrom(type)) {
      return "a list, [..., ...]";
    }
    if (Map.class.isAssignableFrom(type)) {
      return "texts with their values, {text: value}";
    }
    if (isNumber(type)) {
      return "a number";
    }
    if (isBoolean(type)) {
      return "true or false";
    }
    return type == String.class ? "a text" : "a section of fields, {field: value}";
  }

  private static boolean isNumber(Class<?> type) {
    return Number.class.isAssignableFrom(type)
        || type == int.class
        || type == long.class
        || type == double.class;
  }

  private static boolean isBoolean(Class<?> type) {
    return type == Boolean.class || type == boolean.class;
  }

  private static String given(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.START_ARRAY) {
      return "a list";
    }
    return token == null || token.isStructStart() || token == JsonToken.FIELD_NAME
        ? "a section of fields"
        : Reason.quoted(parser.getText());
  }
}
