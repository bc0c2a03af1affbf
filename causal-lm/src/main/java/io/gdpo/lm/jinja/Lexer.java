package io.gdpo.lm.jinja;

import io.gdpo.lm.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A template's words. White space around tags goes as Jinja2 has it with {@code trim_blocks} (a
 * line's end behind a block goes) and {@code lstrip_blocks} (a line's blanks before a block go).
 */
final class Lexer {
  private static final Pattern RAW_END =
      Pattern.compile("\\{%(?<left>[-+]?)\\s*endraw\\s*(?<right>[-+]?)%\\}");
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*raw\\s*[-+]?%\\}");
  private static final Pattern WORD =
      Pattern.compile(
          "(?<float>\\d[\\d_]*(?:\\.\\d+(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+))|(?<integer>\\d[\\d_]*)"
              + "|(?<name>[\\p{L}_][\\p{L}\\p{N}_]*)"
              + "|(?<operator>//|\\*\\*|==|!=|>=|<=|[-+*/%~\\[\\](){}<>=.:|,])");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;
  private boolean startsLine = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(source.substring(at));
        break;
      }
      char kind = source.charAt(tag + 1);
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      data(before(source.substring(at, tag), sign, kind != '{'));
      at = tag;
      Matcher raw = RAW_BEGIN.matcher(source).region(tag, source.length());
      if (kind == '#') {
        comment();
      } else if (kind == '%' && raw.lookingAt()) {
        raw(raw);
      } else {
        skip(sign == '-' || sign == '+' ? 3 : 2);
        tag(kind == '{');
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextTag() {
    for (int i = at; i + 1 < source.length(); i++) {
      if (source.charAt(i) == '{' && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** The text before a tag, without what goes. */
  private String before(String text, char sign, boolean block) {
    if (sign == '-') {
      return TextMethods.stripTrailing(text);
    }
    int begin = text.lastIndexOf('\n') + 1;
    return block && sign != '+' && (begin > 0 || startsLine) && text.substring(begin).isBlank()
        ? text.substring(0, begin)
        : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
    }
  }

  private void skip(int characters) {
    for (int i = at; i < at + characters; i++) {
      line += source.charAt(i) == '\n' ? 1 : 0;
    }
    at += characters;
  }

  /** Behind a tag; {@code at} is behind its last brace. */
  private void after(char sign, boolean block) {
    int begin = at;
    int end = at;
    if (sign == '-') {
      while (end < source.length() && TextMethods.isSpace(source.charAt(end))) {
        end++;
      }
    } else if (block && sign != '+' && end < source.length() && source.charAt(end) == '\n') {
      end++;
    }
    skip(end - begin);
    startsLine = source.charAt(at - 1) == '\n';
  }

  private void comment() {
    int end = source.indexOf("#}", at + 2);
    if (end < 0) {
      throw new TemplateException("line " + line + ": a comment has no end");
    }
    skip(end + 2 - at);
    after(source.charAt(end - 1), true);
  }

  private void raw(Matcher begin) {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(begin.end())) {
      throw new TemplateException("line " + line + ": raw has no end");
    }
    skip(begin.end() - at);
    after(source.charAt(begin.end() - 3), true);
    String text = source.substring(Math.min(at, end.start()), end.start());
    data(before(text, end.group("left").isEmpty() ? ' ' : end.group("left").charAt(0), true));
    skip(end.end() - at);
    after(end.group("right").isEmpty() ? ' ' : end.group("right").charAt(0), true);
  }

  private void tag(boolean variable) {
    tokens.add(
        new Token(variable ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, variable ? "{{" : "{%", line));
    String end = variable ? "}}" : "%}";
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      while (at < source.length() && TextMethods.isSpace(source.charAt(at))) {
        skip(1);
      }
      if (at >= source.length()) {
        throw new TemplateException("line " + line + ": a tag has no end");
      }
      char next = source.charAt(at);
      boolean signed = (next == '-' || next == '+') && source.startsWith(end, at + 1);
      if (open.isEmpty() && (signed || source.startsWith(end, at))) {
        tokens.add(new Token(variable ? Kind.VARIABLE_END : Kind.BLOCK_END, end, line));
        skip(signed ? 3 : 2);
        after(signed ? next : ' ', !variable);
        return;
      }
      word(open);
    }
  }

  private void word(Deque<Character> open) {
    char first = source.charAt(at);
    if (first == '\'' || first == '"') {
      int end = at + 1;
      while (end < source.length() && source.charAt(end) != first) {
        end += source.charAt(end) == '\\' ? 2 : 1;
      }
      if (end >= source.length()) {
        throw new TemplateException("line " + line + ": a text has no closing " + first);
      }
      tokens.add(new Token(Kind.STRING, Escapes.read(source.substring(at + 1, end)), line));
      skip(end + 1 - at);
      return;
    }
    Matcher word = WORD.matcher(source).region(at, source.length());
    if (!word.lookingAt()) {
      throw new TemplateException("line " + line + ": '" + first + "' is no part of a template");
    }
    Kind kind =
        word.group("name") != null
            ? Kind.NAME
            : word.group("operator") != null
                ? Kind.OPERATOR
                : word.group("float") != null ? Kind.FLOAT : Kind.INTEGER;
    if (kind == Kind.OPERATOR) {
      balance(word.group(), open);
    }
    String text = word.group();
    tokens.add(
        new Token(
            kind, kind == Kind.INTEGER || kind == Kind.FLOAT ? text.replace("_", "") : text, line));
    skip(text.length());
  }

  private void balance(String operator, Deque<Character> open) {
    int opening = "([{".indexOf(operator);
    int closing = ")]}".indexOf(operator);
    if (opening >= 0) {
      open.push(")]}".charAt(opening));
    } else if (closing >= 0 && (open.isEmpty() || open.pop() != operator.charAt(0))) {
      throw new TemplateException("line " + line + ": '" + operator + "' closes nothing");
    }
  }
}
