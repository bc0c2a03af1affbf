package io.gdpo.contracts;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.CharArrayReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;

/**
 * YAML without aliases. Jackson reads {@code *name} as the text "name", which would be another
 * setting than the one meant; so it is refused with its place, and what cannot be expanded cannot
 * be a bomb either.
 */
final class PlainYaml extends YAMLFactory {
  private static final long serialVersionUID = 1L;

  PlainYaml(StreamReadConstraints bounds) {
    super(YAMLFactory.builder().streamReadConstraints(bounds));
  }

  @Override
  protected YAMLParser _createParser(InputStream in, IOContext context) throws IOException {
    return parser(_createReader(in, null, context), context);
  }

  @Override
  protected YAMLParser _createParser(Reader reader, IOContext context) {
    return parser(reader, context);
  }

  @Override
  protected YAMLParser _createParser(
      char[] data, int offset, int length, IOContext context, boolean recyclable) {
    return parser(new CharArrayReader(data, offset, length), context);
  }

  @Override
  protected YAMLParser _createParser(byte[] data, int offset, int length, IOContext context)
      throws IOException {
    return parser(_createReader(data, offset, length, null, context), context);
  }

  private YAMLParser parser(Reader reader, IOContext context) {
    return new YAMLParser(
        context, _parserFeatures, _yamlParserFeatures, _loaderOptions, _objectCodec, reader) {
      @Override
      public JsonToken nextToken() throws IOException {
        JsonToken token = super.nextToken();
        if (isCurrentAlias()) {
          throw new JsonParseException(
              this, "The alias *" + getText() + " is not read; write out what it stands for");
        }
        return token;
      }
    };
  }
}
