package io.gdpo.contracts.spec;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.spec.DatasetSpec.SynthesisSpec;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** Reads {@code synthesis.respondents}: a number, or the name of a published size. */
final class RespondentsReader extends StdScalarDeserializer<Integer> {
  private static final long serialVersionUID = 1L;

  private static final Map<String, Integer> SIZES =
      Map.of("small", SynthesisSpec.SMALL, "large", SynthesisSpec.LARGE);

  RespondentsReader() {
    super(Integer.class);
  }

  @Override
  public Integer deserialize(JsonParser parser, DeserializationContext context) throws IOException {
    if (parser.hasToken(JsonToken.VALUE_STRING)) {
      String word = parser.getText().strip();
      if (SIZES.containsKey(word)) {
        return SIZES.get(word);
      }
      if (!word.matches("[+-]?[0-9.eE]+")) {
        String problem =
            String.format(
                Locale.ROOT,
                "must be a whole number, small (%d) or large (%d), is %s",
                SynthesisSpec.SMALL,
                SynthesisSpec.LARGE,
                Reason.quoted(parser.getText()));
        throw InvalidFormatException.from(parser, problem, parser.getText(), handledType());
      }
    }
    return context.readValue(parser, Integer.class);
  }
}
