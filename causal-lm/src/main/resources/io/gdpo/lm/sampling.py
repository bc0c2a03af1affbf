# Draws next tokens. B rows, V vocabulary.

class Sampling(Module):
  training : bool

  # logits [B, V] -> [B]
  def most_likely(self, logits: Tensor) -> Tensor:
    return torch.argmax(logits, -1)

  # Inverts the cumulative distribution at uniform [B], float64 in [0, 1); temperature [], float32 -> [B]
  def drawn(self, logits: Tensor, temperature: Tensor, uniform: Tensor) -> Tensor:
    p = torch.softmax(logits / temperature, -1)
    cumulative = torch.cumsum(p, -1, dtype=uniform.dtype)  # [B, V]
    point = torch.unsqueeze(uniform, -1) * cumulative[:, -1:]  # rounding may leave the sum below 1
    return torch.squeeze(torch.searchsorted(cumulative, point, right=True), -1)
