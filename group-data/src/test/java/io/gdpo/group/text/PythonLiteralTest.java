package io.gdpo.group.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonLiteralTest {

  @Test
  void readsWhatPythonPrints() {
    assertThat(
            PythonLiteral.parse(
                "defaultdict(<class 'list'>, {'A': [0.5, 1e-05, 0], \"S. Africa's\": [], 'nan': [nan]})"))
        .isEqualTo(
            Map.of(
                "A",
                List.of(0.5, 1e-5, 0.0),
                "S. Africa's",
                List.of(),
                "nan",
                List.of(Double.NaN)));
    assertThat(PythonLiteral.parse("['it\\'s', \"don't\", 'a\\nb', 'caf\\xe9', '\\u2019', ('x',)]"))
        .isEqualTo(List.of("it's", "don't", "a\nb", "café", "’", List.of("x")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          [0.5, 0.5      | expected ']' at character 10, found the end
          {'A' [0.5]}    | expected ':' at character 6, found [0.5]}
          ['open         | expected a closing ' at character 7, found the end
          [half]         | expected a value at character 2, found half]
          [1] [2]        | expected nothing more at character 5, found [2]
          ``             | expected a value at character 1, found the end
          """)
  void saysWhereATextStopsBeingALiteral(String text, String message) {
    assertThatThrownBy(() -> PythonLiteral.parse(text)).hasMessage(message);
  }
}
