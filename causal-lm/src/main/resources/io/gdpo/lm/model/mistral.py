# Mistral (Jiang et al., 2023, "Mistral 7B"), computed as Hugging Face's MistralForCausalLM computes it: a token
# sees `sliding_window` positions, its own among them, which is the mask's matter. Shared methods: decoder.py,
# gated.py, rotary.py.

  # Grouped-query attention of turned queries and keys, without biases.
  def self_attention(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "model.layers." + str(layer) + ".self_attn"
    q = (self).rotated((self).heads((self).linear(x, a + ".q_proj", w)), angles)  # [B, H, T, D]
    k = (self).rotated((self).heads((self).linear(x, a + ".k_proj", w)), angles)  # [B, G, T, D]
    v = (self).heads((self).linear(x, a + ".v_proj", w))
    return (self).linear((self).attention(q, k, v, layer, mask, cache), a + ".o_proj", w)
