# Qwen3 (Yang et al., 2025, "Qwen3 Technical Report"), computed as Hugging Face's Qwen3ForCausalLM computes it.
# Shapes and shared methods: decoder.py; block, attention, feed-forward: gated.py; embedding, turns: rotary.py.

  # Queries or keys, each head normalised before it is turned. x [P, C] -> [B, heads, T, D]
  def turned(self, x: Tensor, name: str, turns: Tensor, w: Dict[str, Tensor]) -> Tensor:
    heads = (self).rms_norm((self).heads((self).linear(x, name + "_proj", w), turns), name + "_norm", w)
    return torch.to((self).rotated(heads, turns), self.compute_dtype)
