# Draws next tokens. B rows, V vocabulary.

class Sampling(Module):
  training : bool

  # logits [B, V] -> [B]; -1 where nothing can be drawn
  def most_likely(self, logits: Tensor) -> Tensor:
    return (self).where_usable(logits, torch.argmax(logits, -1))

  # A row with NaN or plus infinity, or with nothing but minus infinity, is no distribution. logits [B, V], tokens [B]
  def where_usable(self, logits: Tensor, tokens: Tensor) -> Tensor:
    usable = torch.isfinite(torch.amax(logits, [-1]))  # the largest of numbers among which there is NaN is NaN
    return torch.masked_fill(tokens, torch.logical_not(usable), -1)

  # The distribution to draw from: softmax(logits / temperature) over the k most likely tokens (0: all), and of
  # those over the smallest set that holds at least p of the probability. Equally likely tokens stay or go together.
  # logits [B, V]; temperature, k, p [] -> [B, V]
  def probabilities(self, logits: Tensor, temperature: Tensor, k: Tensor, p: Tensor) -> Tensor:
    logits = (logits - torch.amax(logits, [-1], True)) / temperature  # at most 0: no temperature makes it infinite
    if int(k) > 0 and int(k) < logits.size(-1):
      kth = torch.topk(logits, int(k))[0][:, -1:]
      logits = torch.masked_fill(logits, logits < kth, -inf)
    if float(p) < 1.:
      logits = torch.masked_fill(logits, logits < (self).nucleus_edge(logits, float(p)), -inf)
    return torch.softmax(logits, -1)

  # The least logit in each row's nucleus (Holtzman et al., 2020, "The Curious Case of Neural Text Degeneration"):
  # a token is in it if those before it, the more likely ones, hold less than p. Looks at the first few hundred
  # and, where they hold too little, at more: sorting the vocabulary takes longer than all else. -> [B, 1]
  def nucleus_edge(self, logits: Tensor, p: float) -> Tensor:
    total = torch.logsumexp(logits, [-1], True)
    looked = min(256, logits.size(-1))
    top = torch.topk(logits, looked)[0]
    held = torch.cumsum(torch.exp(top - total), -1, dtype=7)
    while looked < logits.size(-1) and float(torch.min(held[:, -1])) < p:
      looked = min(8 * looked, logits.size(-1))
      top = torch.topk(logits, looked)[0]
      held = torch.cumsum(torch.exp(top - total), -1, dtype=7)
    inside = 1 + torch.sum(held[:, :-1] < p, [-1], True)
    return torch.gather(top, -1, inside - 1)

  # Inverts the cumulative distribution at uniform [B], float64 in [0, 1) -> [B]; -1 where nothing can be drawn
  def drawn(self, logits: Tensor, temperature: Tensor, k: Tensor, p: Tensor, uniform: Tensor) -> Tensor:
    cumulative = torch.cumsum((self).probabilities(logits, temperature, k, p), -1, dtype=7)  # [B, V]
    point = torch.unsqueeze(uniform, -1) * cumulative[:, -1:]  # rounding may leave the sum below 1
    tokens = torch.squeeze(torch.searchsorted(cumulative, point, right=True), -1)
    return (self).where_usable(logits, tokens)
