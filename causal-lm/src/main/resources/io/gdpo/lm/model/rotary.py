
# -- rotary position embedding, for the families that have it ---------------------------------------
# Attributes: rotary_width R, rotary_theta, and how a text longer than those of pre-training was made
# room for: rotary_factor, and in Llama 3 rotary_original_positions, rotary_low, rotary_high.

  # theta^(-2i / R) for i < R / 2 (Su et al., 2021, section 3.4.2), each divided by the factor. Llama 3 keeps
  # waves that turn `high` times and more within the original positions, divides those that turn `low`
  # times and fewer, and blends between. -> [R / 2] float32
  def frequencies(self, positions: Tensor) -> Tensor:
    i = torch.arange(0, self.rotary_width, 2, dtype=6, device=positions.device)
    frequency = torch.reciprocal(torch.pow(self.rotary_theta, i / self.rotary_width))
    kept = torch.zeros_like(frequency)
    if self.rotary_original_positions > 0:
      rounds = self.rotary_original_positions / (6.283185307179586 / frequency)
      kept = torch.clamp((rounds - self.rotary_low) / (self.rotary_high - self.rotary_low), 0., 1.)
    return (1. - kept) * frequency / self.rotary_factor + kept * frequency

  # Cosines and sines of all angles, once for all layers. positions [B, T] -> [2, B, 1, T, R / 2]
  def turns(self, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    angles = torch.unsqueeze(torch.to(positions, 6), -1) * (self).frequencies(positions)
    return torch.unsqueeze(torch.stack([torch.cos(angles), torch.sin(angles)]), 2)

  # Positions are in the turns of queries and keys only. tokens, positions [B, T] -> [B, T, C]
  def embedded(self, tokens: Tensor, positions: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return torch.embedding(w[(self).token_embedding()], tokens)
