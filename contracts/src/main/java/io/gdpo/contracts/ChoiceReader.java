package io.gdpo.contracts;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads enums by the words that they are written as. Another word is refused with all of them: at
 * once, or, within what is {@link Checked}, together with all else that is wrong there.
 */
final class ChoiceReader extends StdScalarDeserializer<Enum<?>> {
  private static final long serialVersionUID = 1L;

  private final transient Map<String, Enum<?>> byWord = new LinkedHashMap<>();

  private ChoiceReader(Class<?> choice) {
    super(choice);
    for (Object constant : choice.getEnumConstants()) {
      byWord.put(
          constant instanceof Choice word ? word.label() : ((Enum<?>) constant).name(),
          (Enum<?>) constant);
    }
  }

  /** Has every enum read so. */
  static BeanDeserializerModifier modifier() {
    return new BeanDeserializerModifier() {
      private static final long serialVersionUID = 1L;

      @Override
      public JsonDeserializer<?> modifyEnumDeserializer(
          DeserializationConfig config,
          JavaType type,
          BeanDescription description,
          JsonDeserializer<?> usual) {
        return new ChoiceReader(type.getRawClass());
      }

      @Override
      public JsonDeserializer<?> modifyDeserializer(
          DeserializationConfig config, BeanDescription description, JsonDeserializer<?> usual) {
        return Checked.class.isAssignableFrom(description.getBeanClass())
            ? new CheckedReader(usual)
            : usual;
      }
    };
  }

  @Override
  public Enum<?> deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    boolean isWord = parser.currentToken().isScalarValue();
    Enum<?> chosen = isWord ? byWord.get(parser.getText()) : null;
    if (chosen != null) {
      return chosen;
    }
    String problem =
        "must be one of %s, is %s"
            .formatted(
                String.join(", ", byWord.keySet()),
                isWord ? Reason.quoted(parser.getText()) : "no single word");
    if (context.getAttribute(Misread.class) instanceof Misread misread) {
      misread.fields.put(path(parser).substring(misread.root.length()), problem);
      parser.skipChildren();
      return null;
    }
    throw InvalidFormatException.from(parser, problem, parser.getText(), handledType());
  }

  /** Where a parser stands, such as {@code .stages[1].training.loss}. */
  private static String path(JsonParser parser) {
    return parser
        .getParsingContext()
        .pathAsPointer()
        .toString()
        .replaceAll("/(\\d+)", "[$1]")
        .replace('/', '.');
  }

  /** Words that were none of their choices, below the path of what is being read. */
  private record Misread(String root, Map<String, String> fields) {}

  /** Reads what is {@link Checked}; of one within another the outer one is told all. */
  private static final class CheckedReader extends DelegatingDeserializer {
    private static final long serialVersionUID = 1L;

    CheckedReader(JsonDeserializer<?> usual) {
      super(usual);
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> usual) {
      return new CheckedReader(usual);
    }

    @Override
    public Object deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (context.getAttribute(Misread.class) != null) {
        return super.deserialize(parser, context);
      }
      Misread misread = new Misread(path(parser), new LinkedHashMap<>());
      context.setAttribute(Misread.class, misread);
      Object read = super.deserialize(parser, context);
      context.setAttribute(Misread.class, null);
      if (!misread.fields.isEmpty()) {
        throw ((Checked) read).refusal(misread.fields);
      }
      return read;
    }
  }
}
