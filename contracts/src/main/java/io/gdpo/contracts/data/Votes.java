package io.gdpo.contracts.data;

/**
 * How many people of a group preferred which of two responses.
 *
 * @param chosen who prefer the chosen one
 * @param rejected who prefer the other one; not more
 * @param tied who find both alike
 */
public record Votes(int chosen, int rejected, int tied) {
  /** How many voted. */
  public int all() {
    return chosen + rejected + tied;
  }

  /** The share who prefer the chosen response, those who find both alike as one half each. */
  public double share() {
    return (chosen + tied / 2.0) / all();
  }
}
