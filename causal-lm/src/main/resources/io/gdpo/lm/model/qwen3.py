# Qwen3 (Yang et al., 2025, "Qwen3 Technical Report"), computed as Hugging Face's Qwen3ForCausalLM computes it.
# Shared methods: decoder.py, gated.py, rotary.py.

  # Grouped-query attention; each head's query and key is normalised before it is turned.
  def self_attention(self, x: Tensor, layer: int, angles: Tensor, mask: Optional[Tensor], cache: Optional[Tensor], w: Dict[str, Tensor]) -> Tensor:
    a = "model.layers." + str(layer) + ".self_attn"
    q = (self).rms_norm((self).heads((self).linear(x, a + ".q_proj", w)), a + ".q_norm", w)  # [B, H, T, D]
    k = (self).rms_norm((self).heads((self).linear(x, a + ".k_proj", w)), a + ".k_norm", w)  # [B, G, T, D]
    v = (self).heads((self).linear(x, a + ".v_proj", w))
    q = torch.to((self).rotated(q, angles), v.dtype)
    k = torch.to((self).rotated(k, angles), v.dtype)
    return (self).linear((self).attention(q, k, v, layer, mask, cache), a + ".o_proj", w)
