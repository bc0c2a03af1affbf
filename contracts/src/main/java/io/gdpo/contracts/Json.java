package io.gdpo.contracts;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;

/**
 * The JSON dialect of contracts: snake_case names, ISO dates. Specifications refuse unknown fields
 * and fields given twice by name; events ignore them, so that old readers survive new writers.
 * Nesting is bounded, for every reader walks down it.
 */
public final class Json {
  /** Deepest nesting of arrays and objects that is read. */
  public static final int DEEPEST = 100;

  private static final StreamReadConstraints BOUNDS =
      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build();

  private static final Module CHOICES =
      new SimpleModule("choices").setDeserializerModifier(ChoiceReader.modifier());

  /**
   * For readers of specifications: whole numbers are not cut, closed choices and forms are told.
   */
  public static final Module STRICT_VALUES =
      new StrictValues()
          .addDeserializer(Integer.class, new WholeNumber<>(Integer.class))
          .addDeserializer(Long.class, new WholeNumber<>(Long.class))
          .setDeserializerModifier(ChoiceReader.modifier());

  /** For events and artifacts. */
  public static final ObjectMapper EVENTS = mapper(new JsonMapper(bounded()), false);

  /** For specifications in JSON. */
  public static final ObjectMapper SPECS = mapper(new JsonMapper(bounded()), true);

  /** For specifications in YAML (JSON is YAML too). */
  public static final ObjectMapper YAML_SPECS =
      mapper(new ObjectMapper(new PlainYaml(BOUNDS)), true);

  private Json() {}

  private static final class StrictValues extends SimpleModule {
    private static final long serialVersionUID = 1L;

    StrictValues() {
      super("strict-values");
    }

    @Override
    public void setupModule(SetupContext context) {
      super.setupModule(context);
      context.addDeserializationProblemHandler(new ExpectedForms());
    }
  }

  private static JsonFactory bounded() {
    return JsonFactory.builder().streamReadConstraints(BOUNDS).build();
  }

  /**
   * Reads whole numbers, also where they are written 8.0 or 1e3; 4.7 is refused instead of cut,
   * which Jackson would do.
   */
  private static final class WholeNumber<T extends Number> extends StdScalarDeserializer<T> {
    private static final long serialVersionUID = 1L;

    private final JsonDeserializer<?> usual;

    WholeNumber(Class<T> type) {
      super(type);
      usual = NumberDeserializers.find(type, type.getName());
    }

    @Override
    @SuppressWarnings("unchecked")
    public T deserialize(JsonParser parser, DeserializationContext context) throws IOException {
      if (parser.hasToken(JsonToken.VALUE_NUMBER_FLOAT)
          && parser.getDecimalValue().stripTrailingZeros().scale() > 0) {
        return (T)
            context.handleWeirdNumberValue(
                handledType(), parser.getDecimalValue(), "must be a whole number");
      }
      return (T) usual.deserialize(parser, context);
    }
  }

  private static <M extends ObjectMapper> M mapper(M mapper, boolean strict) {
    mapper
        .registerModule(new JavaTimeModule())
        .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .setDefaultPropertyInclusion(JsonInclude.Include.ALWAYS)
        .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false)
        .configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, strict)
        .configure(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, true)
        .configure(JsonParser.Feature.STRICT_DUPLICATE_DETECTION, strict);
    mapper.registerModule(strict ? STRICT_VALUES : CHOICES);
    return mapper;
  }
}
