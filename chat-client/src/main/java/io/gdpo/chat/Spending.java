package io.gdpo.chat;

import java.util.Locale;

/**
 * Counts what calls cost, and ends them when that is enough. Safe for several threads. Calls that
 * are under way when it is reached are finished and counted.
 */
public final class Spending {
  private static final double MILLION = 1e6;

  private final Long mostTokens;
  private final Double mostCost;
  private final Double inputPrice;
  private final Double outputPrice;
  private Total total = new Total(0, 0, 0);

  /**
   * So far.
   *
   * @param calls that were answered
   */
  public record Total(long calls, long inputTokens, long outputTokens) {
    Total plus(ChatAnswer answer) {
      return new Total(
          calls + 1, inputTokens + answer.inputTokens(), outputTokens + answer.outputTokens());
    }
  }

  /**
   * @param mostTokens null for any number
   * @param mostCost null for any; else there are prices
   * @param inputPrice of a million tokens of requests; null if the cost is not counted
   * @param outputPrice of a million tokens of answers
   */
  public Spending(Long mostTokens, Double mostCost, Double inputPrice, Double outputPrice) {
    this.mostTokens = mostTokens;
    this.mostCost = mostCost;
    this.inputPrice = inputPrice;
    this.outputPrice = outputPrice;
  }

  synchronized void add(ChatAnswer answer) {
    total = total.plus(answer);
  }

  public synchronized Total total() {
    return total;
  }

  /** Null without prices. */
  public synchronized Double cost() {
    return inputPrice == null
        ? null
        : (total.inputTokens * inputPrice + total.outputTokens * outputPrice) / MILLION;
  }

  /**
   * Before a call is made.
   *
   * @throws ChatException if nothing is left to spend
   */
  synchronized void requireSomeLeft() {
    long tokens = total.inputTokens + total.outputTokens;
    if (mostTokens != null && tokens >= mostTokens) {
      throw spent(
          String.format(Locale.ROOT, "%,d tokens of at most %,d (tokens)", tokens, mostTokens));
    }
    Double cost = cost();
    if (mostCost != null && cost >= mostCost) {
      throw spent(String.format(Locale.ROOT, "%.4f of at most %.4f (cost)", cost, mostCost));
    }
  }

  private ChatException spent(String what) {
    return ChatException.lasting(
        String.format(
            Locale.ROOT,
            "the budget is spent after %,d calls: %s. Raise it and ask again: what was answered is"
                + " kept, and paid once",
            total.calls,
            what));
  }
}
