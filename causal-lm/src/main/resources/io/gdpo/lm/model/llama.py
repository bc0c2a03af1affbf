# Llama (Touvron et al., 2023; "The Llama 3 Herd of Models", 2024), computed as Hugging Face's LlamaForCausalLM
# computes it. The same computes Mistral (Jiang et al., 2023, "Mistral 7B"), whose sliding window is the mask's
# matter, and Qwen2 (Yang et al., 2024, "Qwen2 Technical Report"), whose queries, keys and values have biases.
# Shapes and shared methods: decoder.py; block, attention, feed-forward: gated.py; embedding, turns: rotary.py.

  # Queries or keys, turned. x [P, C] -> [B, heads, T, D]
  def turned(self, x: Tensor, name: str, turns: Tensor, w: Dict[str, Tensor]) -> Tensor:
    return (self).rotated((self).heads((self).linear(x, name + "_proj", w), turns), turns)
