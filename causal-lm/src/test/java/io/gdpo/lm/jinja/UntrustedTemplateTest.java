package io.gdpo.lm.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A template that somebody downloaded")
class UntrustedTemplateTest {
  private static String render(String template) {
    return Template.of(template).render(Map.of("m", List.of("a")), LocalDateTime.MIN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% for a in range(80000) %}{% for b in range(80000) %}{% endfor %}{% endfor %}",
        "{% for a in range(80000) %}{% for b in range(80000) %}{{ 'x' if false }}{% endfor %}{% endfor %}",
        "{% set n = namespace(t='x') %}{% for a in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}",
        "{% set n = namespace(t='x') %}{% for a in range(60) %}{% set n.t = n.t ~ n.t %}{% endfor %}",
        "{% set n = namespace(t=[1]) %}{% for a in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}",
        "{% set n = namespace(t=[1]) %}{% for a in range(60) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t }}",
        "{% set n = namespace(t=[1]) %}{% for a in range(60) %}{% set n.t = [n.t, n.t] %}{% endfor %}{{ n.t | tojson }}",
        "{% set n = namespace(t=[1], u=[1]) %}{% for a in range(60) %}{% set n.t = [n.t, n.t] %}{% set n.u = [n.u, n.u] %}{% endfor %}{{ n.t == n.u }}",
        "{% set t = 'x' * 2000000 %}{{ [t, t, t] | join(t) }}",
        "{{ 'x' * 9000000000 }}",
        "{{ 'xx'.replace('x', 'y' * 1500000) }}",
        "{% for a in range(80000) %}{{ 'x' * 8000 }}{% endfor %}",
        "{{ range(9000000000) }}",
        "{{ range(-9223372036854775807 - 1, 9223372036854775807) }}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set t = 'x' * 1900000 %}{% for a in range(80000) %}{{ t.upper() and '' }}{% endfor %}",
        "{% set t = 'x' * 1900000 %}{% for a in range(80000) %}{{ 'y' in t }}{% endfor %}"
      })
  void is_stopped_when_it_has_no_end_or_fills_the_memory(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
  }

  /** Numbers at the end of what a long holds do not wrap around, and many parts take no longer. */
  @Test
  void is_rendered_when_it_only_looks_endless() {
    assertThat(render("{{ 'abcdef'[2::9223372036854775807] }}")).isEqualTo("c");
    assertThat(render("{{ 'abcdef'[::-9223372036854775807 - 1] }}")).isEqualTo("f");
    assertThat(render("{{ range(9223372036854775806, 9223372036854775807) | list | length }}"))
        .isEqualTo("1");
    assertThat(render("{{ ('x ' * 900000).rsplit(' ') | length }}")).isEqualTo("900001");
  }

  @Test
  void is_refused_when_its_parts_are_too_deep_in_each_other() {
    assertThatThrownBy(() -> render("{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("too deep");
    assertThatThrownBy(() -> render("{{ 1" + " + 1".repeat(20_000) + " }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("too deep");
    assertThatThrownBy(() -> render("{% if 1 %}".repeat(20_000) + "{% endif %}".repeat(20_000)))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("too deep");
    assertThatThrownBy(() -> render("{{ '" + "x".repeat(1 << 20) + "' }}"))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("longer than");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'a' %}",
        "{% import 'a' as b %}",
        "{% extends 'a' %}",
        "{% from 'a' import b %}"
      })
  void reads_no_file(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining("no such statement");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{{ m.class }}", "{{ m.getClass() }}", "{{ ''.class.forName('x') }}", "{{ m.__class__ }}",
        "{{ m['class'] }}", "{{ ''['getBytes'] }}", "{{ raise_exception.__globals__ }}",
            "{{ m.add('x') }}"
      })
  void sees_nothing_of_what_values_are_made_of(String template) {
    try {
      assertThat(render(template)).isEmpty();
    } catch (TemplateException e) {
      assertThat(e).hasMessageMatching(".*(no function|undefined).*");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "a{{ 'b }} ; line 1: a text has no closing '",
        "a~ {% if 1 %} ; one of",
        "{{ 1 + }} ; a value is missing",
        "{{ m | sparkle }} ; line 1: there is no such filter here at 'sparkle'",
        "{% call m() %} ; line 1: a chat template here has no such statement at 'call'",
        "{{ 1 ; line 1: a tag has no end",
        "{# a ; line 1: a comment has no end",
        "{% endfor %} ; no such statement at 'endfor'",
        "{{ (1] }} ; closes nothing",
        "{{ 99999999999999999999 }} ; the number is too large",
        "{{ 9223372036854775807 + 1 }} ; has no result",
        "{{ range(0, 5, 0) }} ; the step of a range is 0",
        "{{ 'a'[::0] }} ; the step of a slice is 0",
        "{% for a, b in [[1]] %}{% endfor %} ; 2 names are given 1 values"
      })
  void is_told_what_is_wrong_with_it(String template, String message) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOf(TemplateException.class)
        .hasMessageContaining(message);
  }
}
