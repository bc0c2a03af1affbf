package io.gdpo.lm.jinja;

import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;

/** A template that was read; renders as often as wanted, on any thread. */
public final class Template {
  private static final int LONGEST = 1 << 20;

  private final Node body;

  private Template(Node body) {
    this.body = body;
  }

  /**
   * Reads a template.
   *
   * @throws TemplateException if it is none, or uses what a chat template has no need of
   */
  public static Template of(String source) {
    if (source.length() > LONGEST) {
      throw new TemplateException("it is longer than " + LONGEST + " characters");
    }
    try {
      return new Template(new StatementParser(new Words(Lexer.tokens(source))).all());
    } catch (StackOverflowError e) {
      throw new TemplateException("its parts are too deep in each other");
    }
  }

  /**
   * What the template makes of some values: texts, Long, Double, Boolean, null, lists, and maps by
   * text.
   *
   * @param now the time that it is told if it asks
   * @throws TemplateException if it refuses them, fails, or makes or does too much
   */
  public String render(Map<String, Object> values, LocalDateTime now) {
    Map<String, Object> names = new LinkedHashMap<>(Functions.all(now));
    names.putAll(values);
    StringBuilder out = new StringBuilder();
    try {
      body.render(new Scope(names).inner(), out);
    } catch (StackOverflowError e) {
      throw new TemplateException("its parts are too deep in each other");
    }
    return out.toString();
  }
}
