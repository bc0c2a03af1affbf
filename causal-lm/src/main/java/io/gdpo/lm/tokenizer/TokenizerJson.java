package io.gdpo.lm.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * A {@code tokenizer.json} without its merges, which only the native tokenizer needs: of a
 * vocabulary of 150,000 they would take 50 MB as a tree, a good part of a service's heap.
 */
final class TokenizerJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TokenFilter WITHOUT_MERGES =
      new TokenFilter() {
        @Override
        public TokenFilter includeProperty(String name) {
          return name.equals("model") ? MODEL : INCLUDE_ALL;
        }
      };
  private static final TokenFilter MODEL =
      new TokenFilter() {
        @Override
        public TokenFilter includeProperty(String name) {
          return name.equals("merges") ? null : INCLUDE_ALL;
        }
      };

  private TokenizerJson() {}

  static JsonNode read(byte[] content) throws IOException {
    try (JsonParser parser =
        new FilteringParserDelegate(
            JSON.createParser(content), WITHOUT_MERGES, Inclusion.INCLUDE_ALL_AND_PATH, true)) {
      JsonNode root = JSON.readTree(parser);
      return root == null ? JSON.missingNode() : root;
    }
  }
}
