package io.gdpo.group.examples;

import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;
import org.jsoup.select.NodeVisitor;

/**
 * HTML as plain text: tags go, blocks are parted by an empty line, and code stays between {@code
 * <code>} and {@code </code>}, its white space as it is.
 */
final class HtmlText {
  private HtmlText() {}

  static String of(String html) {
    StringBuilder text = new StringBuilder();
    Jsoup.parseBodyFragment(html).body().traverse(new Writer(text));
    return text.toString().strip();
  }

  private static final class Writer implements NodeVisitor {
    private final StringBuilder text;

    Writer(StringBuilder text) {
      this.text = text;
    }

    @Override
    public void head(Node node, int depth) {
      if (node instanceof TextNode words) {
        text.append(isCode(words) ? words.getWholeText() : joined(words.text()));
      } else if (node instanceof Element element) {
        if (element.normalName().equals("br")) {
          text.append('\n');
        } else if (element.isBlock()) {
          paragraph();
        } else if (isOuterCode(element)) {
          text.append("<code>");
        }
      }
    }

    @Override
    public void tail(Node node, int depth) {
      if (node instanceof Element element) {
        if (isOuterCode(element)) {
          text.append("</code>");
        }
        if (element.isBlock()) {
          paragraph();
        }
      }
    }

    /** No blank at a line's begin. */
    private String joined(String words) {
      return text.isEmpty() || text.charAt(text.length() - 1) == '\n'
          ? words.stripLeading()
          : words;
    }

    private void paragraph() {
      int end = text.length();
      while (end > 0 && Character.isWhitespace(text.charAt(end - 1))) {
        end--;
      }
      text.setLength(end);
      if (end > 0) {
        text.append("\n\n");
      }
    }

    private static boolean isOuterCode(Element element) {
      return element.normalName().equals("code")
          && element.parents().stream().noneMatch(Writer::isCodeElement);
    }

    private static boolean isCode(Node node) {
      return node.parent() instanceof Element parent
          && (isCodeElement(parent) || parent.parents().stream().anyMatch(Writer::isCodeElement));
    }

    private static boolean isCodeElement(Element element) {
      return element.normalName().equals("code");
    }
  }
}
