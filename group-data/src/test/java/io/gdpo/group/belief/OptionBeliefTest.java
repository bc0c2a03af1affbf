package io.gdpo.group.belief;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionBeliefTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Strongly agree             | 5
          Agree strongly             | 5
          Agree                      | 4
          Mostly agree               | 4
          Neither agree nor disagree | 3
          Disagree                   | 2
          Strongly disagree          | 1
          Very worried               | 5
          Somewhat worried           | 4
          Not too worried            | 2
          Not at all worried         | 1
          A great deal of confidence | 5
          No confidence at all       | 1
          Very unlikely              | 1
          Somewhat unlikely          | 2
          Yes                        | 4
          Yes, definitely            | 5
          No                         | 2
          It depends                 | 3
          About the same             | 3
          Doesn't make much difference either way | 3
          More                       | 4
          A lot less                 | 1
          Less                       | 2
          Too much                   | 4
          Too little                 | 2
          Only a little              | 2
          Minor threat               | 4
          Not a threat               | 2
          DK/Refused                 | 0
          Don't know                 | 0
          Don’t know                 | 0
          No answer                  | 0
          Never heard of it          | 0
          Other (VOL)                | 0
          None at all                | 1
          """)
  void wordsTellTheBelief(String option, int belief) {
    assertThat(OptionBelief.of(option).orElseThrow().belief()).isEqualTo(belief);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "France",
        "7",
        "10 There is abundant corruption",
        "Their families",
        "It is not necessary to believe in anything in order to have good values"
      })
  void namesNumbersAndLongStatementsHaveNoBeliefByThemselves(String option) {
    assertThat(OptionBelief.of(option)).isEmpty();
  }

  /**
   * Run by hand: {@code -Dgdpo.option.map=FILE}, a JSON object of option text to belief class. The
   * disagreements are listed in docs/reference/dataset.md.
   */
  @Test
  @EnabledIfSystemProperty(named = "gdpo.option.map", matches = ".+")
  void agreesWithAMapOfRealSurveyOptions() throws IOException {
    Map<String, Integer> map =
        new ObjectMapper()
            .readValue(
                new File(System.getProperty("gdpo.option.map")),
                new TypeReference<TreeMap<String, Integer>>() {});
    Map<String, Integer> disagreements = new TreeMap<>(map);
    disagreements
        .entrySet()
        .removeIf(
            entry ->
                OptionBelief.of(entry.getKey())
                    .map(found -> found.belief() == entry.getValue())
                    .orElse(false));

    disagreements.forEach(
        (option, belief) ->
            System.out.println(
                option
                    + ": map says "
                    + belief
                    + ", rules say "
                    + OptionBelief.of(option).map(found -> "" + found.belief()).orElse("unknown")));
    assertThat(1 - (double) disagreements.size() / map.size()).isGreaterThanOrEqualTo(0.95);
  }
}
