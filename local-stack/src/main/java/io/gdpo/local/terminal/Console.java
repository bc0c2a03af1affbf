package io.gdpo.local.terminal;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Where a command speaks: results go to standard output, so that a script can read them; news about
 * the work goes there too for a person, but to standard error when the result is JSON.
 *
 * <p>Names, answers and logs come from data and servers: what a terminal would obey in them (escape
 * sequences and the like) is made harmless here, in one place.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream news;
  private final boolean interactive;

  private Console(PrintStream out, PrintStream news, boolean interactive) {
    this.out = out;
    this.news = news;
    this.interactive = interactive;
  }

  /** For a person: everything on standard output; redrawn lines if that is a terminal. */
  public static Console forPeople() {
    PrintStream out = utf8(System.out);
    return new Console(out, out, Boolean.getBoolean("gdpo.terminal"));
  }

  /** For a script: JSON on standard output, news on standard error, nothing redrawn. */
  public static Console forScripts() {
    return new Console(utf8(System.out), utf8(System.err), false);
  }

  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  /** Whether lines may be redrawn: standard output is a terminal. */
  public boolean isInteractive() {
    return interactive;
  }

  /** The stream that bars are drawn on: what comes from data must be {@link #harmless} there. */
  public PrintStream newsStream() {
    return news;
  }

  /** A line of news about the work. */
  public void say(String line) {
    news.println(harmless(line));
  }

  /** A line of the result. */
  public void print(String line) {
    out.println(harmless(line));
  }

  /** The result as indented JSON. */
  public void printJson(Object value) {
    try {
      String json = Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsString(value);
      out.println(escaped(json));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A result cannot be written as JSON: " + value, e);
    }
  }

  /** A text as a terminal may show it. */
  public static String harmless(String text) {
    return Reason.harmless(text);
  }

  /** In JSON nothing is lost: only strings can hold such characters, and strings have escapes. */
  private static String escaped(String json) {
    if (harmless(json).equals(json)) {
      return json;
    }
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < json.length(); ) {
      int c = json.codePointAt(i);
      String one = Character.toString(c);
      escaped.append(harmless(one).equals(one) ? one : String.format(Locale.ROOT, "\\u%04x", c));
      i += Character.charCount(c);
    }
    return escaped.toString();
  }
}
