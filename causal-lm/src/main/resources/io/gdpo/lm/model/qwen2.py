# Qwen2 (Yang et al., 2024, "Qwen2 Technical Report"), computed as Hugging Face's Qwen2ForCausalLM computes it.
# Shared methods: decoder.py, gated.py, rotary.py.

  # Grouped-query attention; queries, keys and values have biases, the output has none.
  def self_attention(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "model.layers." + str(layer) + ".self_attn"
    q = (self).rotated((self).heads((self).linear(x, a + ".q_proj", w)), angles)  # [B, H, T, D]
    k = (self).rotated((self).heads((self).linear(x, a + ".k_proj", w)), angles)  # [B, G, T, D]
    v = (self).heads((self).linear(x, a + ".v_proj", w))
    return (self).linear((self).attention(q, k, v, layer, mask, cache), a + ".o_proj", w)
