package io.gdpo.lm.jinja;

/**
 * A word of a template.
 *
 * @param line where it stands, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** Between tags; written as it is. */
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind asked, String word) {
    return kind == asked && text.equals(word);
  }

  TemplateException wrong(String what) {
    return new TemplateException(
        "line " + line + ": " + what + (kind == Kind.END ? " at the end" : " at '" + text + "'"));
  }
}
