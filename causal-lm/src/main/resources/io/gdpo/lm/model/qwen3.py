# Qwen3 (Yang et al., 2025, "Qwen3 Technical Report"), computed as Hugging Face's Qwen3ForCausalLM computes it.
# Shapes and shared methods: decoder.py; block, attention, feed-forward: gated.py; embedding, angles: rotary.py.

  # Queries or keys, each head normalised before it is turned. x [B, T, C] -> [B, heads, T, D]
  def turned(self, x: Tensor, name: str, angles: Tensor, w: Dict[str, Tensor]) -> Tensor:
    heads = (self).rms_norm((self).heads((self).linear(x, name + "_proj", w)), name + "_norm", w)
    return torch.to((self).rotated(heads, angles), self.compute_dtype)
