package io.gdpo.lm.batch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Token sequences whose common beginnings are laid out once: the prompt that several responses
 * share, the belief that several responses to it share, and whatever else they begin alike.
 *
 * <p>The layout is the tree's tokens in depth-first order. A token sees those before it whose
 * subtree it lies in, which are exactly its own sequence's, so that each sequence is computed as if
 * it stood alone ({@link TokenBatch}).
 */
public final class TokenTree {
  /** A token after a beginning; children are a linked list, as most have one. */
  private static final class Node {
    final long token;
    final int position;
    Node firstChild;
    Node nextSibling;
    int place;
    int end;

    Node(long token, int position) {
      this.token = token;
      this.position = position;
    }
  }

  private final Node root = new Node(-1, -1);
  private final List<Node[]> paths = new ArrayList<>();
  private final List<Node> layout = new ArrayList<>();
  private int length;

  /** A tree of these sequences, numbered in their order. */
  public static TokenTree of(List<long[]> sequences) {
    TokenTree tree = new TokenTree();
    sequences.forEach(tree::add);
    return tree;
  }

  /**
   * Adds a sequence; one that is there already costs nothing.
   *
   * @return its number, from 0
   */
  public int add(long[] sequence) {
    layout.clear();
    Node[] path = new Node[sequence.length];
    Node at = root;
    for (int i = 0; i < sequence.length; i++) {
      Node next = child(at, sequence[i]);
      if (next == null) {
        next = new Node(sequence[i], i);
        next.nextSibling = at.firstChild;
        at.firstChild = next;
        length++;
      }
      path[i] = next;
      at = next;
    }
    paths.add(path);
    return paths.size() - 1;
  }

  /** Adds a prompt with a response behind it. */
  public int add(long[] prompt, long[] response) {
    return add(joined(prompt, response));
  }

  /** A prompt with a response behind it. */
  public static long[] joined(long[] prompt, long[] response) {
    long[] sequence = Arrays.copyOf(prompt, prompt.length + response.length);
    System.arraycopy(response, 0, sequence, prompt.length, response.length);
    return sequence;
  }

  private static Node child(Node of, long token) {
    Node child = of.firstChild;
    while (child != null && child.token != token) {
      child = child.nextSibling;
    }
    return child;
  }

  /** The number of tokens in the row. */
  public int length() {
    return length;
  }

  /** How many tokens longer the tree would be with one more sequence. */
  public int lengthOfNew(long[] sequence) {
    Node at = root;
    for (int i = 0; i < sequence.length; i++) {
      at = child(at, sequence[i]);
      if (at == null) {
        return sequence.length - i;
      }
    }
    return 0;
  }

  /** Where in the tree's row token {@code token} of sequence {@code sequence} stands. */
  public int place(int sequence, int token) {
    lay();
    return paths.get(sequence)[token].place;
  }

  /** Writes the tree into the places of a row from {@code at} on. */
  void write(long[] tokens, long[] positions, long[] end, int at, int atInRow) {
    lay();
    for (Node node : layout) {
      tokens[at + node.place] = node.token;
      positions[at + node.place] = node.position;
      end[at + node.place] = atInRow + node.end;
    }
  }

  private void lay() {
    if (layout.size() == length) {
      return;
    }
    layout.clear();
    List<Node> open = new ArrayList<>(); // the way from the root
    List<Node> following = new ArrayList<>(); // of each, the child to be visited next
    open.add(root);
    following.add(root.firstChild);
    while (!open.isEmpty()) {
      int top = open.size() - 1;
      Node next = following.get(top);
      if (next == null) {
        open.remove(top).end = layout.size();
        following.remove(top);
      } else {
        following.set(top, next.nextSibling);
        next.place = layout.size();
        layout.add(next);
        open.add(next);
        following.add(next.firstChild);
      }
    }
  }
}
